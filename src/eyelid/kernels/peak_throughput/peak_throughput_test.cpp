// SPDX-License-Identifier: MIT
#include "eyelid/kernels/peak_throughput/peak_throughput.hpp"

#include <gtest/gtest.h>

#include <utility>

#include "eyelid/compute/cpu_features.hpp"
#include "eyelid/compute/precision.hpp"

namespace eyelid::kernels {
namespace {

using compute::Precision;

TEST(MachinePeak, VectorUnitsDoBetweenOneAndAThousandGigaMacs) {
  if ((compute::cpu_features() & compute::kAvx2) == 0) {
    EXPECT_EQ(fma_peak_gmacs(), 0.0);
    GTEST_SKIP() << "no vector loop for " << compute::describe(compute::cpu_features());
  }
  EXPECT_GT(fma_peak_gmacs(), 1.0);
  EXPECT_LT(fma_peak_gmacs(), 1000.0);
  EXPECT_GT(fma_peak_gmacs(2), 1.0);
}

#if defined(__x86_64__)
// A chain x -> x / 2 + 1 tends to 2: twelve of them, after many rounds, sum to 24 in every lane.
TEST(MachinePeak, TheTimedLoopReallyMultipliesAndAdds) {
  if ((compute::cpu_features() & compute::kAvx2) != 0) {
    EXPECT_NEAR(avx2::chains(200), 2.0 * kPeakChains, 1e-3);
  }
  if ((compute::cpu_features() & compute::kAvx512) != 0) {
    EXPECT_NEAR(avx512::chains(200), 2.0 * kPeakChains, 1e-3);
  }
}

// A chain that starts at 0 and adds 2 or 4 products of ones a round; twelve of them.
TEST(MachinePeak, TheTimedDotProductsReallyAreTaken) {
  if ((compute::cpu_features() & compute::kAvx512Bf16) != 0) {
    EXPECT_EQ(avx512_bf16::chains(200), 2.0 * 200 * kPeakChains);
  }
  if ((compute::cpu_features() & compute::kAvx512Vnni) != 0) {
    EXPECT_EQ(avx512_vnni::chains(200), 4.0 * 200 * kPeakChains);
  }
}
#endif

// Of 8 bits one instruction takes four times as many; of bfloat16 twice, at a quarter of the rate
// on some (0.49 times the products of single precision, on a Xeon with AVX-512). Half of that is
// left for a busy machine.
TEST(MachinePeak, DotProductsAreAtLeastAsFastAsTheirWidthSays) {
  for (const auto& [precision, times] :
       {std::pair(Precision::Bf16, 0.24), std::pair(Precision::Int8, 1.0)}) {
    const double peak = dot_peak_gmacs(precision, 1);
    if (peak == 0.0) continue;  // no such instructions here
    EXPECT_LT(peak, 8000.0);
    // The other thread of a core shares its multipliers: the best of some tries counts.
    bool is_reached = false;
    for (int i = 0; i < 20 && !is_reached; ++i) {
      is_reached = dot_peak_gmacs(precision, 1) > times * fma_peak_gmacs(1);
    }
    EXPECT_TRUE(is_reached) << name_of(precision);
  }
}

TEST(MachinePeak, MemoryIsReadAtAPlausibleRate) {
  EXPECT_GT(read_bandwidth_gb_per_s(1), 0.1);
  EXPECT_LT(read_bandwidth_gb_per_s(1), 10000.0);
}

}  // namespace
}  // namespace eyelid::kernels
