// SPDX-License-Identifier: MIT
#include "apps/eyelid/batch/cluster_environment.hpp"

#include <charconv>
#include <cstdlib>
#include <string_view>

#include "eyelid/core/error.hpp"

namespace eyelid::app {
namespace {

std::optional<std::int64_t> integer_of(std::string_view text) {
  std::int64_t value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || stop != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::optional<ClusterNumber> task_of_cluster() {
  for (const char* variable :
       {"SLURM_ARRAY_TASK_ID", "SGE_TASK_ID", "LSB_JOBINDEX", "PBS_ARRAY_INDEX", "PBS_ARRAYID"}) {
    const char* text = std::getenv(variable);
    if (text == nullptr || *text == '\0' || std::string_view(text) == "undefined") continue;
    const std::optional<std::int64_t> number = integer_of(text);
    if (!number) {
      throw InputError(std::string(variable) + ": found \"" + text +
                       "\", expected the number of a task (or use --task)");
    }
    const bool is_outside = std::string_view(variable) == "LSB_JOBINDEX" && *number == 0;
    if (!is_outside) return ClusterNumber{*number, variable};
  }
  return std::nullopt;
}

std::optional<ClusterNumber> processors_of_cluster() {
  for (const char* variable : {"SLURM_CPUS_PER_TASK", "NSLOTS", "LSB_DJOB_NUMPROC", "NCPUS"}) {
    const char* text = std::getenv(variable);
    if (text == nullptr) continue;
    const std::optional<std::int64_t> number = integer_of(text);
    if (number && *number >= 1 && *number <= 1'000'000) return ClusterNumber{*number, variable};
  }
  return std::nullopt;
}

}  // namespace eyelid::app
