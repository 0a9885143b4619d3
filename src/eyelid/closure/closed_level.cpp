// SPDX-License-Identifier: MIT
#include "eyelid/closure/closed_level.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include "eyelid/core/statistics.hpp"

namespace eyelid::closure {
namespace {

constexpr double kDeeperThird = 0.3;
constexpr double kDeepest = 0.2;  // of four and more, one may be a glitch
constexpr float kAsDeep = 0.15f;  // of the depth
constexpr float kAgree = 0.04f;   // of the open EAR: 5 % of the range
constexpr std::size_t kMinAgreeing = 4;
constexpr double kAgreeingShare = 0.6;
constexpr double kSlower = 4.0 / 3.0;
constexpr float kWithOther = 0.1f;     // of the open EAR, above the other eye's closed ratio
constexpr float kBottomNoise = 0.04f;  // of the open EAR

using Closures = std::vector<DeepClosure>;

// The share `fraction` of the ratios lies at or below it; of few, the deeper.
float quantile_from_below(std::vector<float> ratios, double fraction) {
  std::ranges::sort(ratios);
  const auto last = static_cast<double>(ratios.size() - 1);
  return ratios[static_cast<std::size_t>(std::ceil(fraction * last - 0.5))];
}

std::vector<float> ratios_of(const Closures& closures) {
  std::vector<float> ratios;
  for (const DeepClosure& closure : closures) ratios.push_back(closure.ratio);
  return ratios;
}

/// Of an even number the deeper of the middle two.
float median_ratio(const Closures& closures) {
  return quantile_from_below(ratios_of(closures), 0.5);
}

/// Those about as deep as the deeper third.
Closures full_ones(const Closures& closures) {
  const float reference = quantile_from_below(ratios_of(closures), kDeeperThird);
  Closures full;
  std::ranges::copy_if(closures, std::back_inserter(full), [&](const DeepClosure& closure) {
    return std::abs(closure.ratio - reference) <= kAsDeep * (1.0f - reference);
  });
  return full;
}

Closures agreeing_ones(const Closures& full, float ratio) {
  Closures agreeing;
  std::ranges::copy_if(full, std::back_inserter(agreeing), [&](const DeepClosure& closure) {
    return std::abs(closure.ratio - ratio) <= kAgree;
  });
  return agreeing;
}

/// Enough, and of different speed.
bool prove_together(const Closures& agreeing) {
  if (agreeing.size() < kMinAgreeing) return false;
  const auto [quick, slow] = std::ranges::minmax_element(agreeing, {}, &DeepClosure::half_width_s);
  return slow->half_width_s >= kSlower * quick->half_width_s;
}

std::string closures_text(std::size_t count) {
  return fmt::format("{} {}", count, count == 1 ? "closure" : "closures");
}

ClosedRatio measured(float ratio, std::string basis) {
  return {ratio, LevelSource::Measured, ratio, ratio, std::move(basis)};
}

std::optional<ClosedRatio> proven(const Closures& closures) {
  if (closures.empty()) return std::nullopt;
  const Closures full = full_ones(closures);
  const float ratio = median_ratio(full);
  if (quantile_from_below(ratios_of(closures), kDeeperThird) <= kLidsMetRatio) {
    return measured(ratio, "lids met in " + closures_text(full.size()));
  }
  if (ratio > kMaxProvenRatio) return std::nullopt;
  const auto held = static_cast<std::size_t>(std::ranges::count_if(full, &DeepClosure::is_held));
  if (held > 0) return measured(ratio, "lids held shut in " + closures_text(held));
  const Closures agreeing = agreeing_ones(full, ratio);
  if (static_cast<double>(agreeing.size()) >=
          kAgreeingShare * static_cast<double>(closures.size()) &&
      prove_together(agreeing)) {
    return measured(ratio, closures_text(agreeing.size()) + " that end at the same height");
  }
  return std::nullopt;
}

/// By what the eye did while the other, whose closed ratio is known, was shut.
std::optional<ClosedRatio> proven_by_other(Eye eye,
                                           const PerEye<Closures>& closures,
                                           float other_ratio) {
  std::vector<double> together;
  auto first = closures[other(eye)].begin();
  const auto end = closures[other(eye)].end();
  for (const DeepClosure& own : closures[eye]) {
    while (first != end && first->offset_s < own.onset_s) ++first;
    for (auto one = first; one != end && one->onset_s <= own.offset_s; ++one) {
      if (one->ratio > other_ratio + kWithOther) continue;
      together.push_back(static_cast<double>(own.ratio));
      break;
    }
  }
  if (together.empty()) return std::nullopt;
  return measured(static_cast<float>(median_of(together)),
                  fmt::format("shut together with the {} eye in {}",
                              name_of(other(eye)),
                              closures_text(together.size())));
}

ClosedRatio estimated(const Closures& closures) {
  ClosedRatio level;
  if (closures.empty()) {
    level.basis = "no deep closure was seen";
    return level;
  }
  const float deepest = quantile_from_below(ratios_of(closures), kDeepest);
  level.ratio = std::min(deepest, 0.5f * (deepest + kPopulationClosedRatio));
  level.high = std::min(deepest + kBottomNoise, kMaxClosedRatio);
  level.low = std::min(level.low, level.ratio);
  level.basis = fmt::format("no closure is known to be full, {} to {:.0f} % of the open height",
                            closures_text(closures.size()),
                            100.0f * deepest);
  return level;
}

}  // namespace

PerEye<ClosedRatio> closed_ratios(const PerEye<Closures>& closures) {
  PerEye<std::optional<ClosedRatio>> known{proven(closures.right), proven(closures.left)};
  PerEye<ClosedRatio> levels;
  const PerEye<std::optional<ClosedRatio>> by_itself = known;
  for (const Eye eye : kEyes) {
    if (known[eye] || !by_itself[other(eye)]) continue;
    known[eye] = proven_by_other(eye, closures, by_itself[other(eye)]->ratio);
  }
  for (const Eye eye : kEyes) levels[eye] = known[eye] ? *known[eye] : estimated(closures[eye]);
  for (const Eye eye : kEyes) {
    if (!closures[eye].empty() || closures[other(eye)].empty()) continue;
    levels[eye].ratio = levels[other(eye)].ratio;
    levels[eye].low = std::min(levels[eye].low, levels[eye].ratio);
    levels[eye].basis = fmt::format("the share of the {} eye", name_of(other(eye)));
  }
  return levels;
}

}  // namespace eyelid::closure
