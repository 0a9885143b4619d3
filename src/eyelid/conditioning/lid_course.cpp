// SPDX-License-Identifier: MIT
#include "eyelid/conditioning/lid_course.hpp"

#include <cmath>

#include "eyelid/core/exponential.hpp"

namespace eyelid::conditioning {
namespace {

constexpr double kSaturated = 8.0;  // durations until less than 1/1000 is left

double saturation(double x) { return 1.0 - exponential(-x); }

double minimum_jerk(double t) { return t * t * t * (10.0 + t * (6.0 * t - 15.0)); }

// sin^2 of a quarter turn, by its series: the C library's sine differs between processors.
double half_cosine(double t) {
  const double u = 0.5 * 3.14159265358979324 * t;
  const double u2 = u * u;
  const double sine =
      u *
      (1.0 -
       u2 / 6.0 * (1.0 - u2 / 20.0 * (1.0 - u2 / 42.0 * (1.0 - u2 / 72.0 * (1.0 - u2 / 110.0)))));
  return sine * sine;
}

double logistic(double t) { return 1.0 / (1.0 + exponential(-2.0 * logarithm(49.0) * (t - 0.5))); }

}  // namespace

const std::array<LidCourse, 7>& lid_courses() {
  // A lid that starts gently is the commonest case; without its weight the courses with a sharper
  // start, which noise cannot tell from it, make its onset late.
  static const std::array<LidCourse, 7> courses{
      LidCourse(0.0, kSaturated, 1.0, saturation),
      LidCourse(0.0, kSaturated, 1.0, [](double t) { return saturation(t * std::sqrt(t)); }),
      LidCourse(0.0, kSaturated, 1.0, [](double t) { return saturation(t * t); }),
      LidCourse(0.0, 1.0, 5.0, minimum_jerk),
      LidCourse(0.0, 1.0, 1.5, half_cosine),
      LidCourse(0.0, 1.0, 1.0, [](double t) { return std::sqrt(half_cosine(t)); }),
      LidCourse(-1.5, 2.5, 1.0, logistic)};
  return courses;
}

}  // namespace eyelid::conditioning
