// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "eyelid/core/eyelid_sample.hpp"

namespace eyelid::pipeline {

/// Watches how often each eye is measured, and tells the one that something hides: a patch, a hand,
/// hair, glare, the border of the picture.
class HiddenEyeWatch {
 public:
  void add(const EyelidSample& sample);

  /// The eye measured in less than half of the frames in which the other is. Nothing before the
  /// other was measured in 25: an eye is not hidden where there is hardly a face.
  std::optional<Eye> hidden_eye() const;
  /// One sentence about it.
  std::string warning() const;

 private:
  PerEye<std::int64_t> frames_;
};

}  // namespace eyelid::pipeline
