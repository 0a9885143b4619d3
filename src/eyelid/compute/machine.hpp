// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace eyelid::compute {

/// The machine as reports name it.
struct Machine {
  std::string cpu_model;     // "AMD EPYC 7763", "unknown" where the system does not say
  std::string cpu_features;  // describe(cpu_features())
  int hardware_threads = 1;  // that this process may use
};

/// Reads /proc/cpuinfo and the affinity mask. Never throws for unreadable files.
Machine this_machine();

}  // namespace eyelid::compute
