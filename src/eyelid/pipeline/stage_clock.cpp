// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/stage_clock.hpp"

#include <algorithm>
#include <cmath>

namespace eyelid::pipeline {

void StageClock::add(std::chrono::nanoseconds duration) {
  const auto ns = std::max<std::int64_t>(1, duration.count());
  const int bin = static_cast<int>(std::log2(static_cast<double>(ns)) * kBinsPerOctave);
  const auto last = static_cast<int>(bins_.size()) - 1;
  bins_[static_cast<std::size_t>(std::min(bin, last))].fetch_add(1, std::memory_order_relaxed);
  calls_.fetch_add(1, std::memory_order_relaxed);
  total_ns_.fetch_add(ns, std::memory_order_relaxed);
}

StageTime StageClock::summary() const {
  StageTime result;
  result.stage = stage_;
  result.calls = calls_.load();
  if (result.calls == 0) return result;
  result.mean_ms = static_cast<double>(total_ns_.load()) * 1e-6 / static_cast<double>(result.calls);

  const auto percentile_ms = [&](double share) {
    const auto rank =
        static_cast<std::int64_t>(std::ceil(share * static_cast<double>(result.calls)));
    std::int64_t seen = 0;
    for (std::size_t i = 0; i < bins_.size(); ++i) {
      seen += bins_[i].load();
      if (seen >= rank) return std::exp2((static_cast<double>(i) + 0.5) / kBinsPerOctave) * 1e-6;
    }
    return 0.0;
  };
  result.p50_ms = percentile_ms(0.50);
  result.p95_ms = percentile_ms(0.95);
  result.p99_ms = percentile_ms(0.99);
  return result;
}

std::vector<LatencyBin> StageClock::histogram() const {
  constexpr std::size_t kMerged = kBinsPerOctave / 2;
  std::vector<LatencyBin> result;
  const auto edge_ms = [](std::size_t bin) {
    return std::exp2(static_cast<double>(bin) / kBinsPerOctave) * 1e-6;
  };
  for (std::size_t first = 0; first < bins_.size(); first += kMerged) {
    LatencyBin bin{edge_ms(first), edge_ms(first + kMerged), 0};
    for (std::size_t i = first; i < first + kMerged; ++i) bin.count += bins_[i].load();
    if (bin.count > 0 || !result.empty()) result.push_back(bin);
  }
  while (!result.empty() && result.back().count == 0) result.pop_back();
  return result;
}

}  // namespace eyelid::pipeline
