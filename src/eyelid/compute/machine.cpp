// SPDX-License-Identifier: MIT
#include "eyelid/compute/machine.hpp"

#include <sched.h>

#include <algorithm>
#include <fstream>
#include <thread>

#include "eyelid/compute/cpu_features.hpp"

namespace eyelid::compute {
namespace {

std::string read_cpu_model() {
  std::ifstream file("/proc/cpuinfo");
  std::string line;
  while (std::getline(file, line)) {
    if (!line.starts_with("model name") && !line.starts_with("Model")) continue;
    const std::size_t colon = line.find(": ");
    if (colon != std::string::npos) return line.substr(colon + 2);
  }
  return "unknown";
}

}  // namespace

int hardware_threads() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  if (sched_getaffinity(0, sizeof allowed, &allowed) == 0) return CPU_COUNT(&allowed);
  return static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
}

Machine this_machine() { return {read_cpu_model(), describe(cpu_features()), hardware_threads()}; }

}  // namespace eyelid::compute
