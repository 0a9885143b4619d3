// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstdint>
#include <optional>

#include "eyelid/core/face.hpp"
#include "eyelid/core/per_eye.hpp"

namespace eyelid {

/// What the tracker measured on one decoded frame, before calibration and filtering.
struct FrameMeasurement {
  std::int64_t frame = 0;  // 0-based, decode order
  double time_s = 0.0;     // presentation time
  std::optional<FaceBox> face;
  std::optional<EyeLandmarks> eyes;          // in frame pixels
  std::optional<FaceLandmarks> face_points;  // when 68 points were asked for
  PerEye<float> ear = kNeitherEye;           // eye aspect ratio
  PerEye<bool> trusted_eyes{};               // which were measured; the other has no ratio
  PerEye<bool> doubted_eyes{};               // others that count if trusted a moment before
  bool is_suspect = false;                   // decoded from a damaged frame, see video::Frame
  std::int32_t clip = 1;                     // of the session, from 1

  bool is_trustworthy() const { return trusted_eyes.right || trusted_eyes.left; }
};

/// One row of frames.csv.
struct EyelidSample {
  std::int64_t frame = 0;
  double time_s = 0.0;
  bool is_valid = false;                                                      // an eye was measured
  float face_score = kNotAvailable;                                           // 0 .. 1
  Rect face_box{kNotAvailable, kNotAvailable, kNotAvailable, kNotAvailable};  // frame pixels
  PerEye<float> ear = kNeitherEye;                                            // as measured
  PerEye<float> fec = kNeitherEye;  // fraction eyelid closure: 0 open, 1 closed, not clamped
  float mean_fec = kNotAvailable;   // of the eyes that have one
  bool is_interpolated = false;     // filled over a short gap
  bool is_suspect = false;          // the picture may show traces of a damaged frame
  std::int32_t clip = 1;            // of the session, from 1

  bool is_eye_valid(Eye eye) const { return std::isfinite(ear[eye]); }
};

}  // namespace eyelid
