// SPDX-License-Identifier: MIT
#include "eyelid/compute/processor_quota.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "eyelid/compute/machine.hpp"
#include "temporary_folder.hpp"

namespace eyelid::compute {
namespace {

/// A file system with the files of control groups alone.
struct Groups {
  testing::TemporaryFolder root;

  void put(const std::filesystem::path& file, const std::string& text) const {
    std::filesystem::create_directories((root / file).parent_path());
    std::ofstream(root / file) << text;
  }
  std::optional<double> quota() const { return processor_quota(root.path()); }
};

TEST(ProcessorQuota, IsAbsentWithoutALimit) {
  const Groups groups;
  EXPECT_EQ(groups.quota(), std::nullopt);
  groups.put("proc/self/cgroup", "0::/job\n");
  EXPECT_EQ(groups.quota(), std::nullopt);
  groups.put("sys/fs/cgroup/job/cpu.max", "max 100000\n");
  EXPECT_EQ(groups.quota(), std::nullopt);
}

TEST(ProcessorQuota, IsTheLeastOfTheGroupAndThoseThatHoldIt) {
  const Groups groups;
  groups.put("proc/self/cgroup", "0::/slurm/job_7/step_0\n");
  groups.put("sys/fs/cgroup/slurm/job_7/cpu.max", "250000 100000\n");
  groups.put("sys/fs/cgroup/slurm/job_7/step_0/cpu.max", "max 100000\n");
  EXPECT_EQ(groups.quota(), 2.5);
  groups.put("sys/fs/cgroup/slurm/job_7/step_0/cpu.max", "50000 100000\n");
  EXPECT_EQ(groups.quota(), 0.5);
}

TEST(ProcessorQuota, OfAContainerIsThatOfItsRoot) {
  const Groups groups;
  groups.put("proc/self/cgroup", "0::/../docker/abc\n");
  groups.put("sys/fs/cgroup/cpu.max", "300000 100000\n");
  EXPECT_EQ(groups.quota(), 3.0);
}

TEST(ProcessorQuota, OfVersionOne) {
  const Groups groups;
  groups.put("proc/self/cgroup", "5:memory:/job\n4:cpu,cpuacct:/job\n0::/job\n");
  groups.put("sys/fs/cgroup/cpu/job/cpu.cfs_quota_us", "-1\n");
  groups.put("sys/fs/cgroup/cpu/job/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(groups.quota(), std::nullopt);
  groups.put("sys/fs/cgroup/cpu/job/cpu.cfs_quota_us", "400000\n");
  EXPECT_EQ(groups.quota(), 4.0);
}

TEST(ProcessorQuota, OtherTextSetsNoLimit) {
  const Groups groups;
  groups.put("proc/self/cgroup", "nonsense\n0::/job\n");
  groups.put("sys/fs/cgroup/job/cpu.max", "\xff 0 0");
  EXPECT_EQ(groups.quota(), std::nullopt);
  groups.put("sys/fs/cgroup/job/cpu.max", "100000 0");
  EXPECT_EQ(groups.quota(), std::nullopt);
}

TEST(HardwareThreads, ObeyTheQuotaOfThisProcess) {
  const std::optional<double> quota = processor_quota();
  EXPECT_GE(hardware_threads(), 1);
  if (quota) {
    EXPECT_LT(hardware_threads(), *quota + 1.0);
  }
}

}  // namespace
}  // namespace eyelid::compute
