// SPDX-License-Identifier: MIT
#include "eyelid/conditioning/rater_comparison.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "eyelid/core/statistics.hpp"

namespace eyelid::conditioning {
namespace {

constexpr double kNormal95 = 1.96;
constexpr std::size_t kClasses = kRatedVerdicts.size();

std::optional<std::size_t> class_of(Verdict verdict) {
  const auto place = std::ranges::find(kRatedVerdicts, verdict);
  if (place == kRatedVerdicts.end()) return std::nullopt;
  return static_cast<std::size_t>(place - kRatedVerdicts.begin());
}

void add_kappa(RaterAgreement& agreement) {
  const auto n = static_cast<double>(agreement.trials);
  std::array<double, kClasses> rows{};
  std::array<double, kClasses> columns{};
  const auto share = [&](std::size_t i, std::size_t k) { return agreement.counts[i][k] / n; };
  double observed = 0.0;
  for (std::size_t i = 0; i < kClasses; ++i) {
    observed += share(i, i);
    for (std::size_t k = 0; k < kClasses; ++k) {
      rows[i] += share(i, k);
      columns[k] += share(i, k);
    }
  }
  double chance = 0.0;
  for (std::size_t i = 0; i < kClasses; ++i) chance += rows[i] * columns[i];
  if (!(chance < 1.0)) return;
  const double kappa = (observed - chance) / (1.0 - chance);
  double sum = 0.0;
  for (std::size_t i = 0; i < kClasses; ++i) {
    const double own = 1.0 - (rows[i] + columns[i]) * (1.0 - kappa);
    sum += share(i, i) * own * own;
    for (std::size_t k = 0; k < kClasses; ++k) {
      const double other = (1.0 - kappa) * (columns[i] + rows[k]);
      if (i != k) sum += share(i, k) * other * other;
    }
  }
  const double moved = kappa - chance * (1.0 - kappa);
  const double error = std::sqrt(std::max(0.0, sum - moved * moved) / n) / (1.0 - chance);
  agreement.kappa = kappa;
  agreement.kappa_low = kappa - kNormal95 * error;
  agreement.kappa_high = std::min(1.0, kappa + kNormal95 * error);
}

void add_classes(RaterAgreement& agreement) {
  for (std::size_t i = 0; i < kClasses; ++i) {
    ClassAgreement& one = agreement.classes[i];
    one.verdict = kRatedVerdicts[i];
    one.both = agreement.counts[i][i];
    for (std::size_t k = 0; k < kClasses; ++k) {
      one.first += agreement.counts[i][k];
      one.second += agreement.counts[k][i];
    }
    if (one.first + one.second > 0) one.agreement = 2.0 * one.both / (one.first + one.second);
  }
}

void add_pair(int trial, double first, double second, BlandAltman& figures) {
  if (!std::isfinite(first) || !std::isfinite(second)) return;
  figures.trials.push_back(trial);
  figures.means.push_back(0.5 * (first + second));
  figures.differences.push_back(first - second);
}

void add_limits(BlandAltman& figures) {
  figures.bias = mean_of(figures.differences);
  const double sd = stddev_of(figures.differences);
  figures.low = figures.bias - kNormal95 * sd;
  figures.high = figures.bias + kNormal95 * sd;
}

}  // namespace

RaterAgreement agreement_of(const Rater& first, const Rater& second) {
  RaterAgreement agreement;
  agreement.first = first.name;
  agreement.second = second.name;
  std::map<int, const Rating*> others;
  for (const Rating& rating : second.ratings) others[rating.trial] = &rating;
  for (const Rating& one : first.ratings) {
    const auto found = others.find(one.trial);
    if (found == others.end()) continue;
    const Rating& other = *found->second;
    const auto row = class_of(one.verdict);
    const auto column = class_of(other.verdict);
    if (!row || !column) continue;
    ++agreement.trials;
    ++agreement.counts[*row][*column];
    if (row != column) {
      agreement.disagreements.push_back({one, other});
      continue;
    }
    ++agreement.agreed;
    if (one.verdict != Verdict::Cr) continue;
    add_pair(one.trial, one.onset_ms, other.onset_ms, agreement.onset_ms);
    add_pair(one.trial, one.amplitude, other.amplitude, agreement.amplitude);
  }
  if (agreement.trials == 0) return agreement;
  agreement.percent = 100.0 * agreement.agreed / agreement.trials;
  add_kappa(agreement);
  add_classes(agreement);
  add_limits(agreement.onset_ms);
  add_limits(agreement.amplitude);
  return agreement;
}

}  // namespace eyelid::conditioning
