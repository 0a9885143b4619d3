// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace eyelid::app {

/// A number that the engine of a cluster has put into the environment of this job.
struct ClusterNumber {
  std::int64_t value = 0;
  std::string variable;
};

/// Number of this task in its job array: SLURM_ARRAY_TASK_ID, SGE_TASK_ID, LSB_JOBINDEX, or
/// PBS_ARRAY_INDEX (PBS_ARRAYID in Torque). Nothing outside an array, where SGE says "undefined"
/// and LSF 0. Throws InputError for anything else that is no number.
std::optional<ClusterNumber> task_of_cluster();

/// Processors that the engine gave to this task: SLURM_CPUS_PER_TASK, NSLOTS (SGE),
/// LSB_DJOB_NUMPROC (LSF), or NCPUS (PBS); some engines do not bind the process to them. Nothing
/// where none says a number of 1 or more.
std::optional<ClusterNumber> processors_of_cluster();

}  // namespace eyelid::app
