// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <numbers>
#include <random>
#include <vector>

#include "eyelid/closure/trace.hpp"
#include "eyelid/core/blink.hpp"

namespace eyelid::closure {

/// A blink with exactly known times: a half cosine down, a hold, a slower half cosine up. Default
/// durations are those of spontaneous blinks (closing takes about 66 ms).
struct MadeBlink {
  double start_s = 0.0;
  double amplitude = 1.0;
  double closing_s = 0.070;
  double hold_s = 0.020;
  double opening_s = 0.160;

  double fec_at(double time_s) const {
    const double t = time_s - start_s;
    const double end = closing_s + hold_s + opening_s;
    if (t <= 0.0 || t >= end) return 0.0;
    if (t < closing_s) return amplitude * rise(t / closing_s);
    if (t <= closing_s + hold_s) return amplitude;
    return amplitude * rise((end - t) / opening_s);
  }
  /// When the closing lid passes `fraction` of the amplitude.
  double closing_crossing_s(double fraction) const {
    return start_s + closing_s * std::acos(1.0 - 2.0 * fraction) / std::numbers::pi;
  }
  double opening_crossing_s(double fraction) const {
    return start_s + closing_s + hold_s + opening_s -
           opening_s * std::acos(1.0 - 2.0 * fraction) / std::numbers::pi;
  }

 private:
  static double rise(double x) { return 0.5 - 0.5 * std::cos(std::numbers::pi * x); }
};

/// A recording of one eye, or of both alike, with known FEC.
struct MadeTrace {
  double frames_per_second = 500.0;
  double duration_s = 10.0;
  double open_ear = 0.30;
  double closed_ear = 0.05;
  double noise_ear = 0.0;  // standard deviation, white
  double drift_fec = 0.0;  // amplitude of a slow sway of the resting level, period 20 s
  std::uint32_t seed = 1;
  std::vector<MadeBlink> blinks;

  double fec_at(double time_s) const {
    double fec = drift_fec * std::sin(2.0 * std::numbers::pi * time_s / 20.0);
    for (const MadeBlink& blink : blinks) fec = std::max(fec, blink.fec_at(time_s));
    return fec;
  }
  float ear_of(double fec) const {
    return static_cast<float>(open_ear - fec * (open_ear - closed_ear));
  }
  std::vector<ClosureInput> records() const {
    std::mt19937 random(seed);
    std::normal_distribution<double> noise(0.0, 1.0);
    const auto count = static_cast<std::int64_t>(std::llround(duration_s * frames_per_second));
    std::vector<ClosureInput> result;
    for (std::int64_t frame = 0; frame < count; ++frame) {
      ClosureInput record;
      record.frame = frame;
      record.time_s = static_cast<double>(frame) / frames_per_second;
      const double fec = fec_at(record.time_s);
      const auto noisy = [&] {
        return std::max(0.0f, ear_of(fec) + static_cast<float>(noise_ear * noise(random)));
      };
      record.ear.right = noisy();
      record.ear.left = noisy();
      record.is_trustworthy = true;
      record.face_score = 0.9f;
      record.face_box = {100, 100, 300, 300};
      result.push_back(record);
    }
    return result;
  }
};

inline TraceSpool spool_of(const std::vector<ClosureInput>& records) {
  TraceSpool trace(std::filesystem::temp_directory_path());
  for (const ClosureInput& record : records) trace.append(record);
  return trace;
}

/// Blinks of changing size every few seconds; about every fifth is partial.
inline std::vector<MadeBlink> made_blinks(double duration_s, std::uint32_t seed) {
  std::mt19937 random(seed);
  const auto uniform = [&](double low, double high) {
    return low + (high - low) * static_cast<double>(random()) / 4294967296.0;
  };
  std::vector<MadeBlink> blinks;
  double start_s = 1.5;
  while (start_s < duration_s - 1.0) {
    MadeBlink blink;
    blink.start_s = start_s;
    blink.amplitude = uniform(0, 1) < 0.2 ? uniform(0.35, 0.65) : uniform(0.95, 1.0);
    blink.closing_s = uniform(0.055, 0.095);
    blink.hold_s = uniform(0.005, 0.05);
    blink.opening_s = uniform(0.12, 0.25);
    blinks.push_back(blink);
    start_s += uniform(1.5, 5.0);
  }
  return blinks;
}

}  // namespace eyelid::closure
