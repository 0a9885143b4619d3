// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>

#include "eyelid/core/face.hpp"
#include "eyelid/core/image.hpp"

namespace eyelid::synthesis {

struct PortraitOptions {
  int width = 320;
  int height = 320;
  // Outer-eye distance in pixels, drawn evenly between these.
  float min_eye_distance_px = 60.0f;
  float max_eye_distance_px = 105.0f;
  // Pose is drawn evenly within +-these.
  float yaw_deg = 20.0f;
  float pitch_deg = 20.0f;
  float roll_deg = 25.0f;
  // Share of pictures.
  float glasses = 0.25f;
  float wink = 0.10f;         // eyes differ fully
  float closed = 0.30f;       // both closed to 0.9 and more
  float half_closed = 0.30f;  // anything between; the rest is open
};

/// A single picture of a random person, with its ground truth.
struct Portrait {
  GrayImage image;
  EyeLandmarks eyes;  // lid margins as drawn
  /// iBUG-68; lid points are `eyes`, the jaw (0-16) follows the frontal outline.
  FaceLandmarks points;
  Rect face_box;  // around the 68 points
  FaceKeypoints keypoints;
  PerEye<float> fec;
  bool has_glasses = false;
};

class HeadModel;

/// One person in any number of pictures. Constructing one takes about 40 ms, a picture 10 ms: the
/// way to render many.
///
/// Threads: const members may be called from several threads at once.
class PortraitSubject {
 public:
  explicit PortraitSubject(std::uint64_t person_seed);
  /// Pose, light, background, gaze, closure, glasses, blur and noise follow from `seed`.
  Portrait portrait(std::uint64_t seed, const PortraitOptions& options = {}) const;

 private:
  std::shared_ptr<const HeadModel> model_;
};

/// Draws the picture of this seed: person, pose, light, gaze, closure of each eye, glasses, blur
/// and noise all follow from it. Any thread; same seed and options, same bytes.
Portrait render_portrait(std::uint64_t seed, const PortraitOptions& options = {});

}  // namespace eyelid::synthesis
