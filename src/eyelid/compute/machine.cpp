// SPDX-License-Identifier: MIT
#include "eyelid/compute/machine.hpp"

#include <sched.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <optional>
#include <thread>

#include "eyelid/compute/cpu_features.hpp"
#include "eyelid/compute/processor_quota.hpp"

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

int processors_by_affinity() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  if (sched_getaffinity(0, sizeof allowed, &allowed) == 0) return CPU_COUNT(&allowed);
  return static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
}

}  // namespace

int hardware_threads() {
  const int allowed = processors_by_affinity();
  const std::optional<double> quota = processor_quota();
  // More threads than processors' worth of time are stopped for part of every period.
  if (!quota || *quota >= allowed) return allowed;
  return std::max(1, static_cast<int>(std::ceil(*quota)));
}

Machine this_machine() { return {read_cpu_model(), describe(cpu_features()), hardware_threads()}; }

}  // namespace eyelid::compute
