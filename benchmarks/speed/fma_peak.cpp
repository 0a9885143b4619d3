// SPDX-License-Identifier: MIT
#include "fma_peak.hpp"

#include <chrono>

#include "eyelid/compute/cpu_features.hpp"

namespace eyelid::benchmarks {
namespace {

constexpr long kRounds = 10000;

[[maybe_unused]] double measure(double (*chains)(long), int lanes) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point begin = Clock::now();
  volatile double result = chains(kRounds);
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  static_cast<void>(result);
  return static_cast<double>(kRounds) * kFmaChains * lanes / seconds / 1e9;
}

}  // namespace

double fma_peak_gmacs() {
#if defined(__x86_64__)
  const auto features = compute::cpu_features();
  if ((features & compute::kAvx512) != 0) return measure(avx512::fma_chains, 16);
  if ((features & compute::kAvx2) != 0) return measure(avx2::fma_chains, 8);
#endif
  return 0.0;
}

}  // namespace eyelid::benchmarks
