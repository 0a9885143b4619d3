// SPDX-License-Identifier: MIT
#include "eyelid/closure/ear_levels.hpp"

#include <algorithm>
#include <vector>

#include "eyelid/core/exponential.hpp"

namespace eyelid::closure {
namespace {

constexpr double kEarStep = 0.001;
// Width of the density's kernel with many values; landmark noise on open eyes is about as wide.
constexpr double kBandwidth = 0.01;
constexpr double kMinMode = 0.05;  // of the heaviest, to count as a mode at all
constexpr double kShut = 0.6;      // of the highest mode: lower ones are closed eyes
constexpr double kRare = 0.15;     // of the heaviest mode: less is a passing expression
constexpr double kDroop = 0.8;     // of the highest mode: lower ones are drooping lids
constexpr double kApart = 0.1;     // of the level: modes nearer are the same height

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

Mode heaviest_of(const std::vector<Mode>& modes) {
  return *std::max_element(modes.begin(), modes.end(), [](const Mode& a, const Mode& b) {
    return a.density < b.density;
  });
}

/// Of modes in order of EAR, at least one: heights of the open lid, none of which is rare.
void keep_resting_heights(std::vector<Mode>& modes) {
  const double heaviest = heaviest_of(modes).density;
  std::erase_if(modes, [&](const Mode& m) { return m.density < kMinMode * heaviest; });
  const double highest = modes.back().ear;
  std::erase_if(modes, [&](const Mode& m) { return m.ear < kShut * highest; });
  const double usual = heaviest_of(modes).density;  // closed eyes may have been heavier
  std::erase_if(modes, [&](const Mode& m) { return m.density < kRare * usual; });
}

OpenLevel open_level_of(const std::vector<Mode>& heights) {
  const double highest = heights.back().ear;
  std::vector<Mode> undrooped = heights;
  std::erase_if(undrooped, [&](const Mode& m) { return m.ear < kDroop * highest; });
  const double ear = heaviest_of(undrooped).ear;
  OpenLevel level{static_cast<float>(ear), {}};
  const double low = std::min(ear, heaviest_of(heights).ear);
  if (highest > (1.0 + kApart) * ear || low < (1.0 - kApart) * ear) {
    level.interval = EarInterval{static_cast<float>(low), static_cast<float>(highest)};
  }
  return level;
}

}  // namespace

void OpenLevelFinder::add(float ear) {
  if (!(ear >= 0.0f && ear <= kMaxEar)) return;
  const auto bin = static_cast<std::size_t>(static_cast<double>(ear) / kEarStep);
  ++counts_[std::min(bin, kBins - 1)];
  ++count_;
}

std::optional<OpenLevel> OpenLevelFinder::level() const {
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
  if (modes.empty()) return std::nullopt;
  for (Mode& mode : modes) mode.ear -= reach * kEarStep;
  keep_resting_heights(modes);
  const OpenLevel level = open_level_of(modes);
  if (level.ear < kMinOpenEar) return std::nullopt;
  return level;
}

float fec_of(float ear, const EyeLevels& levels) {
  return (levels.open_ear - ear) / (levels.open_ear - levels.closed_ear);
}

}  // namespace eyelid::closure
