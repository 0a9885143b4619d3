// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace eyelid::compute {

/// The machine as reports name it.
struct Machine {
  std::string cpu_model;     // "AMD EPYC 7763", "unknown" where the system does not say
  std::string cpu_features;  // describe(cpu_features())
  int hardware_threads = 1;  // hardware_threads()
};

/// Threads that this process may use, by its affinity mask and the processor time that its control
/// groups grant it (processor_quota.hpp); at least 1.
int hardware_threads();

/// Throws InputError where EYELID_CPU names what the processor has not.
Machine this_machine();

}  // namespace eyelid::compute
