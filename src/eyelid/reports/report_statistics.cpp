// SPDX-License-Identifier: MIT
#include "eyelid/reports/report_statistics.hpp"

#include <algorithm>
#include <cmath>

#include "eyelid/core/blink.hpp"

namespace eyelid::reports {
namespace {

void count(std::array<std::int64_t, ClosureHistogram::kSteps>& steps, float fec) {
  if (!std::isfinite(fec)) return;
  const double position =
      (static_cast<double>(fec) - ClosureHistogram::kFirst) / ClosureHistogram::kStep;
  const double last = static_cast<double>(ClosureHistogram::kSteps - 1);
  ++steps[static_cast<std::size_t>(std::clamp(std::floor(position), 0.0, last))];
}

}  // namespace

void ClosureHistogram::add(const EyelidSample& sample) {
  count(right, sample.fec.right);
  count(left, sample.fec.left);
  if (!std::isfinite(sample.mean_fec)) return;
  ++frames;
  frames_closed += sample.mean_fec >= kFullClosure;
  sum += static_cast<double>(sample.mean_fec);
}

void AgreementCurve::add(float measured, float truth) {
  if (!std::isfinite(measured) || !std::isfinite(truth)) return;
  const double position = std::round(static_cast<double>(truth) / kStep);
  if (position < 0.0 || position >= static_cast<double>(kSteps)) return;
  Moments& step = steps[static_cast<std::size_t>(position)];
  const double value = static_cast<double>(measured);
  ++step.count;
  step.sum += value;
  step.sum_of_squares += value * value;
}

}  // namespace eyelid::reports
