// SPDX-License-Identifier: MIT
#include "eyelid/closure/ear_levels.hpp"

#include <algorithm>
#include <vector>

#include "eyelid/core/exponential.hpp"

namespace eyelid::closure {
namespace {

constexpr double kEarStep = 0.001;
constexpr double kFecStep = 0.005;
// Width of the density's kernel with many values; landmark noise on open eyes is about as wide.
constexpr double kBandwidth = 0.01;
constexpr double kMinMode = 0.05;   // of the heaviest, to count as a mode at all
constexpr double kOpenShare = 0.6;  // of the highest mode: lower ones are not open eyes
constexpr double kFullQuantile = 0.7;
constexpr double kFullTolerance = 0.15;

struct Mode {
  double ear;
  double density;
};

std::vector<Mode> modes_of(const std::vector<double>& density) {
  std::vector<Mode> modes;
  for (std::size_t i = 1; i + 1 < density.size(); ++i) {
    if (density[i] > density[i - 1] && density[i] >= density[i + 1]) {
      // Vertex of the parabola through the three values.
      const double bend = density[i - 1] - 2.0 * density[i] + density[i + 1];
      const double shift = bend < 0.0 ? 0.5 * (density[i - 1] - density[i + 1]) / bend : 0.0;
      modes.push_back({kEarStep * (static_cast<double>(i) + 0.5 + shift), density[i]});
    }
  }
  return modes;
}

}  // namespace

void OpenLevelFinder::add(float ear) {
  if (!(ear >= 0.0f && ear <= kMaxEar)) return;
  const auto bin = static_cast<std::size_t>(static_cast<double>(ear) / kEarStep);
  ++counts_[std::min(bin, kBins - 1)];
  ++count_;
}

std::optional<float> OpenLevelFinder::open_ear() const {
  if (count_ < kMinMeasurements) return std::nullopt;
  // Few values need a wider kernel (Silverman's exponent) so that not every one becomes a mode.
  const double bandwidth =
      kBandwidth *
      std::max(1.0, exponential(0.2 * logarithm(1000.0 / static_cast<double>(count_))));
  const int reach = static_cast<int>(4.0 * bandwidth / kEarStep) + 1;
  std::vector<double> bell(2 * static_cast<std::size_t>(reach) + 1);
  for (int offset = -reach; offset <= reach; ++offset) {
    const double x = offset * kEarStep / bandwidth;
    bell[static_cast<std::size_t>(reach + offset)] = exponential(-0.5 * x * x);
  }
  std::vector<double> density(kBins + 2 * static_cast<std::size_t>(reach), 0.0);
  for (std::size_t bin = 0; bin < kBins; ++bin) {
    if (counts_[bin] == 0) continue;
    for (std::size_t i = 0; i < bell.size(); ++i) {
      density[bin + i] += static_cast<double>(counts_[bin]) * bell[i];
    }
  }
  std::vector<Mode> modes = modes_of(density);
  double heaviest = 0.0;
  for (Mode& mode : modes) {
    mode.ear -= reach * kEarStep;
    heaviest = std::max(heaviest, mode.density);
  }
  std::erase_if(modes, [&](const Mode& m) { return m.density < kMinMode * heaviest; });
  if (modes.empty()) return std::nullopt;
  const double highest = modes.back().ear;  // they are in order of EAR
  std::erase_if(modes, [&](const Mode& m) { return m.ear < kOpenShare * highest; });
  const Mode open = *std::max_element(modes.begin(), modes.end(), [](const Mode& a, const Mode& b) {
    return a.density < b.density;
  });
  if (open.ear < kMinOpenEar) return std::nullopt;
  return static_cast<float>(open.ear);
}

void ClosedLevelFinder::add(float floor_fec) {
  constexpr float kDeepEnough = (1.0f - kMaxClosedRatio) / (1.0f - kPopulationClosedRatio);
  if (!(floor_fec >= kDeepEnough)) return;
  const auto bin = static_cast<std::size_t>(static_cast<double>(floor_fec) / kFecStep);
  ++counts_[std::min(bin, kBins - 1)];
  ++count_;
}

// Of the values in bins begin .. end - 1; fraction 0 is the smallest, 1 the largest of them.
float ClosedLevelFinder::quantile(std::size_t begin, std::size_t end, double fraction) const {
  std::int64_t total = 0;
  for (std::size_t bin = begin; bin < end; ++bin) total += counts_[bin];
  auto rank = static_cast<std::int64_t>(fraction * static_cast<double>(total - 1) + 0.5);
  std::size_t bin = begin;
  while (rank >= counts_[bin]) rank -= counts_[bin++];
  return static_cast<float>(kFecStep * (static_cast<double>(bin) + 0.5));
}

std::optional<float> ClosedLevelFinder::closed_fec() const {
  if (count_ == 0) return std::nullopt;
  const double reference = quantile(0, kBins, kFullQuantile);
  const auto bin_of = [](double fec) {
    return std::min(static_cast<std::size_t>(fec / kFecStep), kBins - 1);
  };
  return quantile(bin_of((1.0 - kFullTolerance) * reference),
                  bin_of((1.0 + kFullTolerance) * reference) + 1,
                  0.5);
}

float fec_of(float ear, const EyeLevels& levels) {
  return (levels.open_ear - ear) / (levels.open_ear - levels.closed_ear);
}

}  // namespace eyelid::closure
