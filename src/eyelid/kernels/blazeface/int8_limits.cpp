// SPDX-License-Identifier: MIT
#include "eyelid/kernels/blazeface/int8_limits.hpp"

#include <algorithm>

namespace eyelid::kernels {
namespace {

constexpr int kMaxPixel = 255;

/// The sums of the weights on either side of 0.
struct Sides {
  int negative = 0;
  int positive = 0;
  void add(int weight) {
    positive += std::max(weight, 0);
    negative += std::min(weight, 0);
  }
  bool fits() const { return positive <= kInt8MaxSide && negative >= -kInt8MaxSide; }
};

Sides sides_of(std::span<const int> weights) {
  Sides sides;
  for (const int weight : weights) sides.add(weight);
  return sides;
}

/// The biases with which products of pixels by these weights stay within 16 bits.
struct Range {
  int low;
  int high;
};
Range biases_for(const Sides& sides) {
  return {-32768 - kMaxPixel * sides.negative, 32767 - kMaxPixel * sides.positive};
}

/// Bytes (a, b, a, b).
std::uint32_t pairs_of(int a, int b) {
  const auto byte = [](int weight) {
    return std::uint32_t{static_cast<std::uint8_t>(static_cast<std::int8_t>(weight))};
  };
  return (byte(a) | byte(b) << 8) * 0x00010001u;
}

}  // namespace

bool fits_runs(std::span<const int> weights) {
  constexpr std::size_t kRun = 4 * kInt8RunWords;
  for (std::size_t run = 0; run < weights.size(); run += kRun) {
    Sides halves[2];
    for (std::size_t k = run; k < std::min(run + kRun, weights.size()); k++) {
      halves[k % 4 / 2].add(weights[k]);
    }
    if (!halves[0].fits() || !halves[1].fits()) return false;
  }
  return true;
}

bool make_window(std::span<const int, 9> weights, std::int32_t bias, BlazeInt8Window& window) {
  for (std::size_t row = 0; row < 3; row++) {
    const int a = weights[3 * row], b = weights[3 * row + 1], c = weights[3 * row + 2];
    if (!sides_of(weights.subspan(3 * row, 2)).fits()) return false;
    window.taps[3 * row] = pairs_of(a, b);
    window.taps[3 * row + 1] = pairs_of(c, 0);
    window.taps[3 * row + 2] = pairs_of(0, c);
  }
  const Range first = biases_for(sides_of(weights.first(5)));
  const Range second = biases_for(sides_of(weights.last(4)));
  // The average of the partial sums that rounds up is (their sum + 1) >> 1.
  const std::int64_t whole = std::int64_t{bias} - 1;
  const std::int64_t low = std::max<std::int64_t>(first.low, whole - second.high);
  const std::int64_t high = std::min<std::int64_t>(first.high, whole - second.low);
  if (low > high) return false;
  window.bias[0] = static_cast<std::int32_t>(low);
  window.bias[1] = static_cast<std::int32_t>(whole - low);
  return true;
}

}  // namespace eyelid::kernels
