// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <limits>

namespace eyelid {

// The exponential function and the logarithm out of basic operations in a fixed order: the same
// bits on every processor and GPU. The C library chooses its own code by the processor it runs on,
// and its last bits differ between them; so whatever reaches a result calls these. (+ - * / and
// std::sqrt are rounded correctly everywhere and need no such care.)
//
// Source: reduction and coefficients of FDLIBM 5.3 (e_exp.c, e_log.c; Sun Microsystems, 1993).

inline constexpr double kLn2High = 6.93147180369123816490e-01;  // times k < 2^20: exact
inline constexpr double kLn2Low = 1.90821492927058770002e-10;

/// e^x, within 1 unit in the last place; 0 below -708, where doubles leave their normal range.
/// Also for the GPU (compile with --fmad=false).
constexpr double exponential(double x) {
  if (!(x >= -708.0)) return x < 0.0 ? 0.0 : x;  // what is no number stays none
  if (x > 709.0) return std::numeric_limits<double>::infinity();
  // x = k ln 2 + r with |r| <= ln 2 / 2, and e^x = 2^k e^r.
  const int k = static_cast<int>(1.44269504088896338700 * x + (x < 0.0 ? -0.5 : 0.5));
  const double high = x - k * kLn2High;
  const double low = k * kLn2Low;
  const double r = high - low;
  const double t = r * r;
  const double c =
      r - t * (1.66666666666666019037e-01 +
               t * (-2.77777777770155933842e-03 +
                    t * (6.61375632143793436117e-05 +
                         t * (-1.65339022054652515390e-06 + t * 4.13813679705723846039e-08))));
  double result = 1.0 - ((low - r * c / (2.0 - c)) - high);
  double factor = k < 0 ? 0.5 : 2.0;
  for (int bits = k < 0 ? -k : k; bits != 0; bits /= 2, factor *= factor) {
    if (bits % 2 != 0) result *= factor;
  }
  return result;
}

/// The natural logarithm of a positive, normal number, within 1 unit in the last place.
inline double logarithm(double x) {
  // x = 2^k (1 + f) with sqrt(1/2) <= 1 + f < sqrt(2); log(1 + f) = 2 artanh(s), s = f / (2 + f).
  int k = 0;
  double fraction = std::frexp(x, &k);
  if (fraction < 0.70710678118654752440) {
    fraction *= 2.0;
    k--;
  }
  const double f = fraction - 1.0;
  const double s = f / (2.0 + f);
  const double z = s * s, w = z * z;
  const double odd = z * (6.666666666666735130e-01 +
                          w * (2.857142874366239149e-01 +
                               w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01)));
  const double even = w * (3.999999999940941908e-01 +
                           w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01));
  const double half_square = 0.5 * f * f;
  const double correction = s * (half_square + (odd + even)) + k * kLn2Low;
  return k * kLn2High - ((half_square - correction) - f);
}

}  // namespace eyelid
