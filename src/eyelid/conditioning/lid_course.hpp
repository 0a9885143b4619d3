// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>

namespace eyelid::conditioning {

/// A way for a lid to close: share of the movement over time, 0 until `begin`, 1 from `end` on,
/// linear between the points of a table. Time is in durations since the onset.
class LidCourse {
 public:
  template <class Function>
  LidCourse(double begin, double end, double weight, Function&& share)
      : begin_(begin), end_(end), weight_(weight), per_unit_((kPoints - 1) / (end - begin)) {
    for (std::size_t i = 0; i < kPoints; ++i) {
      shares_[i] = share(begin + static_cast<double>(i) / per_unit_);
    }
  }

  double begin() const { return begin_; }
  double end() const { return end_; }
  /// How common it is, relative to the others.
  double weight() const { return weight_; }
  /// Of begin() < time < end().
  double within(double time) const {
    const double place = (time - begin_) * per_unit_;
    const auto before = static_cast<std::size_t>(place);
    return shares_[before] +
           (place - static_cast<double>(before)) * (shares_[before + 1] - shares_[before]);
  }
  double at(double time) const { return time <= begin_ ? 0.0 : time >= end_ ? 1.0 : within(time); }

 private:
  // Linear between them: off by less than 1e-4 of the movement.
  static constexpr std::size_t kPoints = 1024;
  double begin_;
  double end_;
  double weight_;
  double per_unit_;
  std::array<double, kPoints + 1> shares_{};
};

/// The courses that compete in fit_flank(): saturating (1 - exp(-u)), the same with u^1.5 and u^2,
/// minimum jerk (Flash & Hogan 1985), half a cosine, a quarter of a sine, and logistic, whose onset
/// is where it reaches 2 %.
const std::array<LidCourse, 7>& lid_courses();

}  // namespace eyelid::conditioning
