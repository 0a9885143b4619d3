// SPDX-License-Identifier: MIT
#include "eyelid/conditioning/sync_led.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>

#include "eyelid/core/error.hpp"
#include "eyelid/core/statistics.hpp"

namespace eyelid::conditioning {
namespace {

constexpr int kStepsPerLevel = 64;
constexpr std::size_t kSteps = 255 * kStepsPerLevel + 1;
using Histogram = std::vector<std::int64_t>;  // of kSteps

std::size_t step_of(float level) {
  const auto step = std::lround(level * static_cast<float>(kStepsPerLevel));
  return static_cast<std::size_t>(std::clamp<long>(step, 0, static_cast<long>(kSteps) - 1));
}

/// The step of the lower middle value.
std::size_t median_step(const Histogram& histogram, std::int64_t count) {
  std::int64_t seen = 0;
  for (std::size_t step = 0; step < kSteps; ++step) {
    seen += histogram[step];
    if (2 * seen >= count) return step;
  }
  return kSteps - 1;
}

double as_level(std::size_t step) { return static_cast<double>(step) / kStepsPerLevel; }

/// Off, on, and the threshold between them.
LedOnsets levels_of(LedSpool& samples) {
  if (samples.size() < 3) {
    throw InputError("sync region: fewer than 3 frames, expected a recording");
  }
  Histogram histogram(kSteps);
  float brightest = 0.0f;  // of two consecutive frames, the darker
  std::optional<float> before;
  samples.rewind();
  for (LedSample sample; samples.next(sample);) {
    ++histogram[step_of(sample.level)];
    if (before) brightest = std::max(brightest, std::min(*before, sample.level));
    before = sample.level;
  }
  const std::size_t off = median_step(histogram, samples.size());
  Histogram deviations(kSteps);
  for (std::size_t step = 0; step < kSteps; ++step) {
    deviations[step > off ? step - off : off - step] += histogram[step];
  }
  const double spread = kStddevPerMad * as_level(median_step(deviations, samples.size()));
  LedOnsets found;
  found.off = as_level(off);
  found.on = std::max(found.off, static_cast<double>(brightest));
  if (found.on - found.off < std::max(8.0, 6.0 * spread)) {
    throw InputError(
        fmt::format("sync region: brightness stays between {:.0f} and {:.0f} (noise {:.1f}); "
                    "expected an LED that is off most of the time and at least 8 gray levels "
                    "brighter when on",
                    found.off,
                    found.on,
                    spread));
  }
  found.threshold = 0.5 * (found.off + found.on);
  return found;
}

}  // namespace

LedOnsets find_led_onsets(LedSpool& samples, double flicker_s) {
  LedOnsets found = levels_of(samples);
  const double release = found.off + 0.25 * (found.on - found.off);
  bool is_on = false;
  std::int64_t index = 0, last_lit = 0;
  std::optional<double> last_lit_s;
  samples.rewind();
  for (LedSample sample; samples.next(sample); ++index) {
    const double level = static_cast<double>(sample.level);
    const bool is_flicker =
        last_lit_s && (index - last_lit <= 2 || sample.time_s - *last_lit_s <= flicker_s);
    if (!is_on && level > found.threshold) {
      if (is_flicker) {
        ++found.flickers;
      } else if (index > 0) {  // lit from the beginning: its onset was not seen
        found.onsets_s.push_back(sample.time_s);
      }
      is_on = true;
    } else if (is_on && level < release) {
      is_on = false;
    }
    if (is_on) {
      last_lit = index;
      last_lit_s = sample.time_s;
    }
  }
  return found;
}

}  // namespace eyelid::conditioning
