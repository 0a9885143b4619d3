// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "eyelid/landmarks/eye_landmarker.hpp"
#include "eyelid/landmarks/landmark_models.hpp"
#include "eyelid/landmarks/one_eye_landmarker.hpp"
#include "eyelid/pipeline/frame_tracker.hpp"
#include "eyelid/pipeline/picture_sample.hpp"
#include "eyelid/pipeline/stage_clock.hpp"

namespace eyelid::pipeline {

/// One eye that fills the picture: which one, and about where.
struct CloseUpEye {
  Eye eye = Eye::Right;
  Rect box;                  // frame pixels, the corners halfway up its left and right edge
  bool is_found = false;     // else given by the user
  bool is_side_sure = true;  // else nobody has said which it is, and its shape does not tell
};

/// Measures one eye without a face. Every frame is looked at near the corners that the eye had
/// before (landmarks::EyeAnchor): one frame after the other, on the caller's thread.
class CloseUpTracker final : public FrameTracker {
 public:
  CloseUpTracker(std::shared_ptr<const landmarks::LandmarkModels> models,
                 const CloseUpEye& eye,
                 landmarks::PointCount points);

  /// `face` of the measurements is empty, points and ratio of the other eye are not available.
  /// Throws InputError also for a box whose middle is outside of a picture.
  void run(video::FrameSource& source,
           const std::function<void(const FrameMeasurement&)>& on_measurement) override;

  /// Time per frame of "decode (wait)" and "landmarks + EAR".
  std::vector<StageTime> stage_times() const override;

 private:
  FrameMeasurement measure(const FrameView& picture, const landmarks::EyeCorners& start);

  landmarks::OneEyeLandmarker landmarker_;
  CloseUpEye eye_;
  landmarks::PointCount points_;
  StageClock decode_clock_{"decode (wait)"};
  StageClock landmark_clock_{"landmarks + EAR"};
};

/// The eye that the pictures of a recording show close up, if that is certain; `eye` where the user
/// has named it.
std::optional<CloseUpEye> find_close_up(
    const PictureSample& sample,
    const std::shared_ptr<const landmarks::LandmarkModels>& models,
    std::optional<Eye> eye);

}  // namespace eyelid::pipeline
