// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "eyelid/core/eyelid_sample.hpp"

namespace eyelid::pipeline {

/// Watches for an eye that stays open while the other one closes, again and again: a prosthesis, a
/// print, a lid that is paralyzed or held. Its points are an eye's; only that it never moves tells.
class StillEyeWatch {
 public:
  void add(const EyelidSample& sample);

  /// The eye that was seen open in all of at least two full closures of the other, and never closed
  /// half way itself.
  std::optional<Eye> still_eye() const;
  /// One sentence about it.
  std::string warning() const;

 private:
  struct Closures {
    bool is_closed = false;
    bool is_other_open = true;  // in every frame of this closure in which it was measured
    bool is_other_seen = false;
    std::int64_t count = 0;
    std::int64_t alone = 0;  // while the other was seen open
    float largest_fec = 0.0f;
  };
  PerEye<Closures> eyes_;
};

}  // namespace eyelid::pipeline
