// SPDX-License-Identifier: MIT
#include "eyelid/kernels/peak_throughput/peak_throughput.hpp"

#include <algorithm>
#include <barrier>
#include <cstdint>
#include <numeric>
#include <thread>
#include <vector>

#include "eyelid/compute/aligned_buffer.hpp"
#include "eyelid/compute/cpu_features.hpp"
#include "eyelid/compute/precision.hpp"
#include "eyelid/core/error.hpp"
#include "eyelid/core/stopwatch.hpp"

namespace eyelid::kernels {
namespace {

using compute::Precision;

[[maybe_unused]] double measure_chains(double (*chains)(long), int lanes) {
  constexpr long kRounds = 10000;
  const Stopwatch stopwatch;
  volatile double result = chains(kRounds);
  const double seconds = stopwatch.seconds();
  static_cast<void>(result);
  return static_cast<double>(kRounds) * kPeakChains * lanes / seconds / 1e9;
}

/// Calls `work(thread)` on all threads at once, after all have started.
template <class Work>
void on_threads(int threads, const Work& work) {
  std::barrier start(threads);
  std::vector<std::jthread> team;
  for (int t = 0; t < threads; ++t) {
    team.emplace_back([&, t] {
      start.arrive_and_wait();
      work(static_cast<std::size_t>(t));
    });
  }
}

/// The sum over the threads of the best of 30, about a millisecond: an interrupted one is not the
/// machine.
template <class Peak>
double sum_of_peaks(int threads, const Peak& peak) {
  EYELID_EXPECTS(threads >= 1);
  std::vector<double> peaks(static_cast<std::size_t>(threads));
  on_threads(threads, [&](std::size_t t) {
    for (int i = 0; i < 30; ++i) peaks[t] = std::max(peaks[t], peak());
  });
  return std::accumulate(peaks.begin(), peaks.end(), 0.0);
}

/// Eight sums side by side, so that the adds do not wait for each other.
std::uint64_t sum_of(const compute::AlignedBuffer<std::uint64_t>& numbers) {
  std::uint64_t sums[8] = {};
  for (std::size_t i = 0; i + 8 <= numbers.size(); i += 8) {
    for (std::size_t k = 0; k < 8; ++k) sums[k] += numbers[i + k];
  }
  return std::accumulate(std::begin(sums), std::end(sums), std::uint64_t{0});
}

}  // namespace

double fma_peak_gmacs() {
#if defined(__x86_64__)
  const auto features = compute::cpu_features();
  if ((features & compute::kAvx512) != 0) return measure_chains(avx512::chains, 16);
  if ((features & compute::kAvx2) != 0) return measure_chains(avx2::chains, 8);
#endif
  return 0.0;
}

double fma_peak_gmacs(int threads) {
  return sum_of_peaks(threads, [] { return fma_peak_gmacs(); });
}

double dot_peak_gmacs(Precision precision) {
  if (precision == Precision::F32) return fma_peak_gmacs();
#if defined(__x86_64__)
  const auto features = compute::cpu_features();
  if (precision == Precision::Bf16 && (features & compute::kAvx512Bf16) != 0) {
    return measure_chains(avx512_bf16::chains, 32);
  }
  if (precision == Precision::Int8 && (features & compute::kAvx512Vnni) != 0) {
    return measure_chains(avx512_vnni::chains, 64);
  }
#endif
  return 0.0;
}

double dot_peak_gmacs(Precision precision, int threads) {
  return sum_of_peaks(threads, [&] { return dot_peak_gmacs(precision); });
}

double read_bandwidth_gb_per_s(int threads) {
  EYELID_EXPECTS(threads >= 1);
  constexpr std::size_t kBytes = std::size_t{128} << 20;
  constexpr int kPasses = 3;
  std::vector<compute::AlignedBuffer<std::uint64_t>> buffers;
  buffers.reserve(static_cast<std::size_t>(threads));
  for (int t = 0; t < threads; ++t) buffers.emplace_back(kBytes / sizeof(std::uint64_t));
  std::vector<std::vector<double>> seconds(static_cast<std::size_t>(threads));
  on_threads(threads, [&](std::size_t t) {
    for (int pass = 0; pass < kPasses; ++pass) {
      const Stopwatch stopwatch;
      volatile std::uint64_t sum = sum_of(buffers[t]);
      static_cast<void>(sum);
      seconds[t].push_back(stopwatch.seconds());
    }
  });
  double total = 0.0;
  for (const std::vector<double>& passes : seconds) {
    total += static_cast<double>(kBytes) / std::ranges::min(passes) / 1e9;
  }
  return total;
}

}  // namespace eyelid::kernels
