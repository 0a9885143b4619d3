// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "eyelid/core/eyelid_sample.hpp"
#include "eyelid/core/image.hpp"
#include "eyelid/detection/face_detector.hpp"
#include "eyelid/landmarks/eye_landmarker.hpp"
#include "eyelid/pipeline/cut_face.hpp"
#include "eyelid/pipeline/stage_clock.hpp"

namespace eyelid::pipeline {

/// Time per call of the two costly steps.
struct MeasurerClocks {
  StageClock detection{"detection"};
  StageClock landmarks{"landmarks + EAR"};
};

/// The one procedure from a frame to its measurement: of `track`, of live tracking, of the
/// benchmarks (the GPU does the same by the same rules, gpu/locate_eyes.hpp).
///
///   detection due:  detect() -> the caller chooses the subject -> locate()
///   in between:     follow(): the landmarks carry the face; a face that is lost or has jumped, or
///                   shows one eye only, is detected again
///
/// The eye aspect ratio is taken of trusted eyes only. Results leave `frame` and `time_s` at
/// 0. Threads: one per thread, the models shared. Allocates nothing once warm.
///
/// With a `cut_edge`, half a face at that edge of the picture is found too, and its eye in view
/// measured (CutFaceMeasurer).
class FrameMeasurer {
 public:
  /// `clocks` may be null, else it must outlive this.
  FrameMeasurer(std::unique_ptr<detection::FaceDetector> detector,
                std::shared_ptr<const landmarks::LandmarkModels> models,
                landmarks::PointCount points,
                std::optional<frames::SideEdge> cut_edge = std::nullopt,
                MeasurerClocks* clocks = nullptr);

  /// All faces of the picture, best first.
  void detect(const FrameView& picture, std::vector<FaceBox>& faces);

  /// The eyes of the subject, where there is one.
  FrameMeasurement locate(const FrameView& picture, const std::optional<FaceBox>& subject);

  /// The picture that follows the one `previous` was measured on.
  FrameMeasurement follow(const FrameView& picture, const FrameMeasurement& previous);

  const detection::FaceDetector& detector() const { return *detector_; }

 private:
  std::unique_ptr<detection::FaceDetector> detector_;
  landmarks::EyeLandmarker landmarker_;
  landmarks::PointCount points_;
  std::optional<CutFaceMeasurer> cut_;
  MeasurerClocks* clocks_;
  std::vector<FaceBox> faces_;
};

}  // namespace eyelid::pipeline
