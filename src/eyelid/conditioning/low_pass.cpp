// SPDX-License-Identifier: MIT
#include "eyelid/conditioning/low_pass.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>

namespace eyelid::conditioning {
namespace {

constexpr std::size_t kExtension = 9;

// By its series, because the C library's last bits depend on the processor; 0 <= x < pi / 2.
double tangent(double x) {
  double sine = 0.0;
  double cosine = 0.0;
  double term = 1.0;
  for (int n = 0; n < 24; ++n) {
    const double sign = n % 4 < 2 ? 1.0 : -1.0;
    (n % 2 == 0 ? cosine : sine) += sign * term;
    term *= x / (n + 1);
  }
  return sine / cosine;
}

struct Butterworth {
  double b0, b1, b2, a1, a2;

  explicit Butterworth(double cutoff) {
    const double k = tangent(std::numbers::pi * cutoff);
    const double norm = 1.0 / (1.0 + std::numbers::sqrt2 * k + k * k);
    b0 = k * k * norm;
    b1 = 2.0 * b0;
    b2 = b0;
    a1 = 2.0 * (k * k - 1.0) * norm;
    a2 = (1.0 - std::numbers::sqrt2 * k + k * k) * norm;
  }

  // In place, from the state that a step to the first value has settled in.
  template <class Iterator>
  void run(Iterator begin, Iterator end) const {
    double second = (b2 - a2) * *begin;
    double first = (b1 - a1) * *begin + second;
    for (Iterator x = begin; x != end; ++x) {
      const double y = b0 * *x + first;
      first = b1 * *x - a1 * y + second;
      second = b2 * *x - a2 * y;
      *x = y;
    }
  }
};

void filter_stretch(const Butterworth& filter, std::span<double> values) {
  if (values.size() <= kExtension) return;
  std::vector<double> extended;
  extended.reserve(values.size() + 2 * kExtension);
  for (std::size_t i = kExtension; i > 0; --i) {
    extended.push_back(2.0 * values.front() - values[i]);
  }
  extended.insert(extended.end(), values.begin(), values.end());
  for (std::size_t i = 1; i <= kExtension; ++i) {
    extended.push_back(2.0 * values.back() - values[values.size() - 1 - i]);
  }
  filter.run(extended.begin(), extended.end());
  filter.run(extended.rbegin(), extended.rend());
  std::copy_n(
      extended.begin() + static_cast<std::ptrdiff_t>(kExtension), values.size(), values.begin());
}

}  // namespace

std::vector<double> low_pass(std::span<const double> values, double cutoff) {
  std::vector<double> result(values.begin(), values.end());
  if (!(cutoff < 0.5)) return result;
  const Butterworth filter(cutoff);
  for (std::size_t i = 0; i < result.size();) {
    std::size_t end = i;
    while (end < result.size() && std::isfinite(result[end])) ++end;
    filter_stretch(filter, std::span(result).subspan(i, end - i));
    i = std::max(end, i + 1);
  }
  return result;
}

}  // namespace eyelid::conditioning
