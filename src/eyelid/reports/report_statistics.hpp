// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>

#include "eyelid/core/eyelid_sample.hpp"
#include "eyelid/reports/report_trace.hpp"

namespace eyelid::reports {

/// How often each closure was met, per eye, in steps of 0.02 from -0.3 to 1.3; the first and last
/// step also hold what lies beyond.
struct ClosureHistogram {
  static constexpr double kFirst = -0.3;
  static constexpr double kStep = 0.02;
  static constexpr std::size_t kSteps = 80;

  std::array<std::int64_t, kSteps> right{};
  std::array<std::int64_t, kSteps> left{};
  /// Frames with a mean closure, and those of them with at least 0.8 (P80, Wierwille 1994).
  std::int64_t frames = 0;
  std::int64_t frames_closed = 0;
  double sum = 0.0;  // of the mean closure

  void add(const EyelidSample& sample);
};

/// Measured closure by true closure, both eyes together, in steps of 0.05 centered on 0, 0.05 .. 1.
struct AgreementCurve {
  static constexpr double kStep = 0.05;
  static constexpr std::size_t kSteps = 21;
  struct Moments {
    std::int64_t count = 0;
    double sum = 0.0;
    double sum_of_squares = 0.0;
  };

  std::array<Moments, kSteps> steps{};

  void add(float measured, float truth);
};

}  // namespace eyelid::reports
