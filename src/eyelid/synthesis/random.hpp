// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstdint>

namespace eyelid::synthesis {

/// 64 well mixed bits of `value` (splitmix64, Steele, Lea & Flood 2014): the same everywhere,
/// unlike the distributions of <random>.
constexpr std::uint64_t mixed_bits(std::uint64_t value) {
  value += 0x9e3779b97f4a7c15ull;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ull;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebull;
  return value ^ (value >> 31);
}

/// Repeatable random numbers; streams of different names do not disturb each other.
class Random {
 public:
  Random(std::uint64_t seed, std::uint64_t stream)
      : state_(mixed_bits(seed) ^ mixed_bits(~stream)) {}

  std::uint64_t bits() { return mixed_bits(state_++); }
  /// 0 <= value < 1
  double unit() { return static_cast<double>(bits() >> 11) * 0x1p-53; }
  double uniform(double low, double high) { return low + (high - low) * unit(); }
  float uniform_f(double low, double high) { return static_cast<float>(uniform(low, high)); }
  bool chance(double probability) { return unit() < probability; }
  int index(int count) { return static_cast<int>(unit() * count); }
  /// Mean 0, standard deviation 1 (Box-Muller).
  double normal() {
    const double radius = std::sqrt(-2.0 * std::log(1.0 - unit()));
    return radius * std::cos(6.283185307179586 * unit());
  }

 private:
  std::uint64_t state_;
};

/// Smooth noise over the plane, about one wave per unit, 0 .. 1.
inline float plane_noise(float x, float y, std::uint64_t seed) {
  const float column = std::floor(x);
  const float row = std::floor(y);
  const auto corner = [&](float dx, float dy) {
    const auto cx = static_cast<std::uint64_t>(static_cast<std::int64_t>(column + dx) + 100000);
    const auto cy = static_cast<std::uint64_t>(static_cast<std::int64_t>(row + dy) + 100000);
    const std::uint64_t bits = mixed_bits(seed ^ (cx * 0x9e3779b97f4a7c15ull) ^ (cy << 32));
    return static_cast<float>(bits >> 40) * 0x1p-24f;
  };
  const float fx = x - column;
  const float fy = y - row;
  const float sx = fx * fx * (3.0f - 2.0f * fx);
  const float sy = fy * fy * (3.0f - 2.0f * fy);
  const float top = corner(0, 0) + sx * (corner(1, 0) - corner(0, 0));
  const float bottom = corner(0, 1) + sx * (corner(1, 1) - corner(0, 1));
  return top + sy * (bottom - top);
}

}  // namespace eyelid::synthesis
