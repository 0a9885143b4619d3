// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>

#include "eyelid/core/eyelid_sample.hpp"
#include "eyelid/files/record_spool.hpp"

namespace eyelid::closure {

/// What closure analysis needs of one decoded frame.
struct ClosureInput {
  std::int64_t frame = 0;
  double time_s = 0.0;
  PerEye<float> ear = kNeitherEye;
  bool is_trustworthy = false;  // otherwise both ratios are ignored
  bool is_suspect = false;
  std::int32_t clip = 1;  // of the session; nothing is filled, filtered, or followed across clips
  float face_score = kNotAvailable;
  Rect face_box{kNotAvailable, kNotAvailable, kNotAvailable, kNotAvailable};
};

/// With an `eye`, the ratio of the other is left out.
ClosureInput closure_input(const FrameMeasurement& measurement, std::optional<Eye> eye = {});

/// A recording's records in order of time, readable more than once: 56 bytes a frame, 101 MB for an
/// hour at 500 frames/s.
using TraceSpool = files::RecordSpool<ClosureInput>;

}  // namespace eyelid::closure
