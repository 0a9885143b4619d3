// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <string_view>

#include "eyelid/core/portable.hpp"

namespace eyelid {

enum class Eye { Right, Left };  // the subject's
inline constexpr std::array kEyes{Eye::Right, Eye::Left};

constexpr Eye other(Eye eye) { return eye == Eye::Right ? Eye::Left : Eye::Right; }

/// As the files spell it.
constexpr std::string_view name_of(Eye eye) { return eye == Eye::Right ? "right" : "left"; }

/// One value for each eye.
template <class T>
struct PerEye {
  T right{};
  T left{};

  constexpr T& operator[](Eye eye) { return eye == Eye::Right ? right : left; }
  constexpr const T& operator[](Eye eye) const { return eye == Eye::Right ? right : left; }
  friend bool operator==(const PerEye&, const PerEye&) = default;
};

inline constexpr PerEye<float> kNeitherEye{kNotAvailable, kNotAvailable};

/// Mean of the eyes that have a value; kNotAvailable when neither has.
constexpr float mean_of_valid(const PerEye<float>& values) {
  if (!is_finite(values.right)) return values.left;
  return is_finite(values.left) ? 0.5f * (values.right + values.left) : values.right;
}

}  // namespace eyelid
