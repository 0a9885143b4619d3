// SPDX-License-Identifier: MIT
#include "eyelid/compute/processor_quota.hpp"

#include <algorithm>
#include <fstream>
#include <string>

namespace eyelid::compute {
namespace {

namespace fs = std::filesystem;

using Quota = std::optional<double>;

Quota least(Quota a, Quota b) {
  if (!a || !b) return a ? a : b;
  return std::min(*a, *b);
}

Quota share(double quota_us, double period_us) {
  if (!(quota_us > 0.0) || !(period_us > 0.0)) return std::nullopt;
  return quota_us / period_us;
}

// "200000 100000", or "max 100000" without a limit.
Quota limit_v2(const fs::path& group) {
  double quota_us = 0.0, period_us = 0.0;
  std::ifstream file(group / "cpu.max");
  if (!(file >> quota_us >> period_us)) return std::nullopt;
  return share(quota_us, period_us);
}

// A quota of -1: no limit.
Quota limit_v1(const fs::path& group) {
  double quota_us = 0.0, period_us = 0.0;
  if (!(std::ifstream(group / "cpu.cfs_quota_us") >> quota_us)) return std::nullopt;
  if (!(std::ifstream(group / "cpu.cfs_period_us") >> period_us)) return std::nullopt;
  return share(quota_us, period_us);
}

/// The least limit of `group`, "/a/b" below `mount`, and of the groups that hold it.
Quota least_limit(const fs::path& mount, fs::path group, Quota (*limit)(const fs::path&)) {
  Quota result = limit(mount);
  // In a container the path may be that of the host, and what is mounted the group itself.
  for (; group.has_relative_path(); group = group.parent_path()) {
    result = least(result, limit(mount / group.relative_path()));
  }
  return result;
}

bool has_cpu(const std::string& controllers) {
  return (',' + controllers + ',').find(",cpu,") != std::string::npos;
}

}  // namespace

std::optional<double> processor_quota(const fs::path& root) {
  const fs::path mounts = root / "sys/fs/cgroup";
  std::ifstream groups(root / "proc/self/cgroup");
  Quota result;
  // "HIERARCHY:CONTROLLERS:PATH"; version 2 has no controllers there.
  for (std::string line; std::getline(groups, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const fs::path group = line.substr(second + 1);
    if (controllers.empty()) {
      result = least(result, least_limit(mounts, group, limit_v2));
    } else if (has_cpu(controllers)) {
      result = least(result, least_limit(mounts / "cpu", group, limit_v1));
    }
  }
  return result;
}

}  // namespace eyelid::compute
