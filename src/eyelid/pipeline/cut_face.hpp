// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "eyelid/core/face.hpp"
#include "eyelid/core/image.hpp"
#include "eyelid/detection/face_detector.hpp"
#include "eyelid/frames/mirrored_picture.hpp"
#include "eyelid/landmarks/eye_landmarker.hpp"
#include "eyelid/landmarks/landmark_models.hpp"
#include "eyelid/landmarks/one_eye_landmarker.hpp"
#include "eyelid/pipeline/picture_sample.hpp"

namespace eyelid::pipeline {

/// The eye that lies beyond this edge when the edge cuts an upright face that no mirror turned.
constexpr Eye eye_beyond(frames::SideEdge edge) {
  return edge == frames::SideEdge::Left ? Eye::Right : Eye::Left;
}

/// Half a face at one side of the picture: finds it, and measures its one eye in view.
///
/// Detectors know whole faces. The picture continued by its mirror image (frames/mirrored_picture)
/// shows one whose middle is the edge; its box and keypoints reach beyond the frame, and
/// FaceBox::eye_beyond names the eye that is only a mirror image. Where the head has moved, the
/// distance of this pair of eyes is wrong, which misleads what looks at pairs: the eye in view is
/// measured by itself (landmarks/one_eye_landmarker) from where the pair was found.
///
/// Threads: one per thread, the models shared. Same results on every machine. Allocates nothing
/// once warm.
class CutFaceMeasurer {
 public:
  CutFaceMeasurer(std::shared_ptr<const landmarks::LandmarkModels> models, frames::SideEdge edge)
      : edge_(edge), one_eye_(std::move(models)) {}

  /// All faces, best first: those of the picture of which the detector is sure
  /// (landmarks::kUnsureFace), and elsewhere those that its edge cuts.
  void detect(detection::FaceDetector& detector,
              const FrameView& picture,
              std::vector<FaceBox>& faces);

  /// As EyeLandmarker::locate. An eye that is not wholly in the picture is never trusted.
  landmarks::FacePoints locate(landmarks::EyeLandmarker& pair,
                               const FrameView& picture,
                               const FaceBox& face,
                               landmarks::PointCount count);

 private:
  void measure_alone(const FrameView& picture, Eye side, landmarks::FacePoints& points);

  frames::SideEdge edge_;
  frames::MirroredPicture mirrored_;
  landmarks::OneEyeLandmarker one_eye_;
  std::vector<FaceBox> cut_faces_;
};

/// The edge that cuts the face in a good part of the pictures of a recording, if there is one.
std::optional<frames::SideEdge> find_cut_edge(
    const PictureSample& sample,
    const detection::FaceDetector& detector,
    const std::shared_ptr<const landmarks::LandmarkModels>& models);

}  // namespace eyelid::pipeline
