// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <optional>

namespace eyelid::compute {

/// Processors' worth of time that the control groups of this process grant it, in all groups that
/// hold it the least: 2.5 in a container started with --cpus 2.5. Nothing where none sets a limit.
///
/// Source: Linux, Documentation/admin-guide/cgroup-v2.rst (cpu.max) and, for version 1,
/// Documentation/scheduler/sched-bwc.rst (cpu.cfs_quota_us, cpu.cfs_period_us).
/// `root`: of the file system, for tests. Files that are absent or not readable set no limit.
/// Threads: any.
std::optional<double> processor_quota(const std::filesystem::path& root = "/");

}  // namespace eyelid::compute
