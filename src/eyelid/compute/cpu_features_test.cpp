// SPDX-License-Identifier: MIT
#include "eyelid/compute/cpu_features.hpp"

#include <gtest/gtest.h>

#include "environment.hpp"
#include "eyelid/core/error.hpp"

namespace eyelid::compute {
namespace {

TEST(CpuFeatures, WiderSetsImplyNarrowerOnes) {
  const std::uint32_t features = detected_cpu_features();
  if ((features & (kAvx512Vbmi | kAvx512Bf16 | kAvx512Vnni)) != 0) {
    EXPECT_NE(features & kAvx512, 0u);
  }
  if ((features & kAvx512) != 0) {
    EXPECT_NE(features & kAvx2, 0u);
  }
  if ((features & kAvx2) != 0) {
    EXPECT_NE(features & kSse41, 0u);
  }
}

// cpu_features() is cached, so each forced value needs its own process: CTest runs cases apart.
TEST(CpuFeatures, ScalarCanBeForced) {
  testing::set_variable("EYELID_CPU", "scalar");
  EXPECT_EQ(cpu_features(), static_cast<std::uint32_t>(kAnyCpu));
}

TEST(CpuFeatures, AnUnknownSetIsAnError) {
  testing::set_variable("EYELID_CPU", "sse9");
  EXPECT_THROW(cpu_features(), InputError);
}

TEST(CpuFeatures, DescribesWhatIsThere) {
  EXPECT_EQ(describe(kAnyCpu), "scalar");
  EXPECT_EQ(describe(kSse41), "sse41");
  EXPECT_EQ(describe(kSse41 | kAvx2), "avx2");
  EXPECT_EQ(describe(kAvx2 | kAvx512 | kAvx512Vbmi), "avx2+avx512+vbmi");
}

}  // namespace
}  // namespace eyelid::compute
