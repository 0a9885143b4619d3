// SPDX-License-Identifier: MIT
#include "eyelid/compute/machine.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "eyelid/compute/cpu_features.hpp"
#include "eyelid/compute/processor_quota.hpp"
#include "eyelid/platform/processors.hpp"

namespace eyelid::compute {

int hardware_threads() {
  const int allowed = platform::usable_processors();
  const std::optional<double> quota = processor_quota();
  // More threads than processors' worth of time are stopped for part of every period.
  if (!quota || *quota >= allowed) return allowed;
  return std::max(1, static_cast<int>(std::ceil(*quota)));
}

Machine this_machine() {
  return {platform::processor_model(), describe(cpu_features()), hardware_threads()};
}

}  // namespace eyelid::compute
