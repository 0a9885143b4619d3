// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/trial_clock.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "eyelid/conditioning/clock_alignment.hpp"
#include "eyelid/conditioning/sync_led.hpp"
#include "eyelid/core/error.hpp"

namespace eyelid::pipeline {
namespace {

using conditioning::LedSample;
using conditioning::LedSpool;

constexpr std::int64_t kDrawnPoints = 4000;  // of the brightness on the page

void measure(video::FrameSource& source,
             tables::FramesCsvReader& frames,
             const PixelRegion& region,
             LedSpool& samples) {
  video::Frame frame;
  for (EyelidSample sample; frames.next(sample);) {
    // Tables of other programs may leave frames out.
    do {
      if (!source.next(frame)) {
        throw InputError(
            fmt::format("{}: ends before frame {} of frames.csv; expected the recording "
                        "that was tracked",
                        source.info().path,
                        sample.frame));
      }
    } while (frame.index < sample.frame);
    const FrameView image = frame.image.view();
    if (region.x + region.width > image.width || region.y + region.height > image.height) {
      throw InputError(fmt::format("sync region {},{},{},{}: extends beyond the picture of {}x{}",
                                   region.x,
                                   region.y,
                                   region.width,
                                   region.height,
                                   image.width,
                                   image.height));
    }
    double sum = 0.0;
    for (int y = region.y; y < region.y + region.height; ++y) {
      for (int x = region.x; x < region.x + region.width; ++x) sum += image.row(y)[x];
    }
    samples.append({sample.time_s, static_cast<float>(sum / region.width / region.height)});
  }
}

/// The darkest and the brightest of neighboring frames, in order of time: what a line through all
/// of them would paint.
void draw(LedSpool& samples, reports::ClockAlignmentReport& report) {
  const std::int64_t together = 1 + samples.size() / (kDrawnPoints / 2);
  LedSample darkest, brightest;
  const auto add = [&](const LedSample& sample) {
    report.brightness_time_s.push_back(static_cast<float>(sample.time_s));
    report.brightness.push_back(sample.level);
  };
  samples.rewind();
  std::int64_t index = 0;
  for (LedSample sample; samples.next(sample); ++index) {
    const bool is_first = index % together == 0;
    if (is_first || sample.level < darkest.level) darkest = sample;
    if (is_first || sample.level > brightest.level) brightest = sample;
    if (index % together != together - 1 && index + 1 < samples.size()) continue;
    const bool is_rising = darkest.time_s < brightest.time_s;
    add(is_rising ? darkest : brightest);
    if (together > 1) add(is_rising ? brightest : darkest);
  }
}

std::vector<double> times_of(const std::vector<tables::LoggedEvent>& events, const char* name) {
  std::vector<double> times;
  for (const tables::LoggedEvent& event : events) {
    if (event.name == name) times.push_back(event.time_s);
  }
  return times;
}

std::vector<double> cs_onsets(const std::vector<TrialRow>& rows) {
  std::vector<double> times;
  for (const TrialRow& row : rows) {
    if (row.trial.cs_onset_s) times.push_back(*row.trial.cs_onset_s);
  }
  return times;
}

std::vector<TrialRow> trials_at(const std::vector<double>& onsets_s, double isi_s) {
  if (std::isnan(isi_s)) {
    throw InputError(
        "a sync region without trials gives CS onsets only; expected the setting isi_ms (CS to US "
        "in milliseconds), a trial file or an event log");
  }
  std::vector<TrialRow> rows;
  for (const double at : onsets_s) {
    rows.push_back({{static_cast<int>(rows.size()) + 1, at, at + isi_s, TrialType::Paired}, 0});
  }
  return rows;
}

void move(std::vector<TrialRow>& rows, const conditioning::ClockFit& fit) {
  for (TrialRow& row : rows) {
    for (std::optional<double>* onset : {&row.trial.cs_onset_s, &row.trial.us_onset_s}) {
      if (*onset) *onset = fit.video_time(**onset);
    }
  }
}

}  // namespace

PixelRegion region_from(const std::string& text) {
  PixelRegion region;
  char rest = 0;
  const int read = std::sscanf(
      text.c_str(), "%d,%d,%d,%d%c", &region.x, &region.y, &region.width, &region.height, &rest);
  if (read != 4 || region.x < 0 || region.y < 0 || region.width < 1 || region.height < 1) {
    throw InputError("sync region " + text + ": expected x,y,width,height in whole pixels");
  }
  return region;
}

PlacedTrials place_trials(video::FrameSource& source,
                          tables::FramesCsvReader& frames,
                          const PixelRegion& region,
                          const std::string& file,
                          const std::vector<tables::LoggedEvent>& events,
                          const std::vector<TrialRow>& rows,
                          double isi_s,
                          const std::filesystem::path& work_folder) {
  LedSpool samples(work_folder);
  measure(source, frames, region, samples);
  // Without trials every onset is a CS, and no CS follows within an ISI of the one before.
  const bool is_each_a_cs = events.empty() && rows.empty();
  const double flicker_s =
      is_each_a_cs ? std::max(conditioning::kFlicker_s, isi_s) : conditioning::kFlicker_s;
  const conditioning::LedOnsets led = conditioning::find_led_onsets(samples, flicker_s);
  PlacedTrials placed;
  draw(samples, placed.findings);
  placed.findings.threshold = led.threshold;
  placed.findings.onsets_s = led.onsets_s;
  std::string found =
      fmt::format("The sync LED turned on {} times (gray level {:.0f} off, {:.0f} on).",
                  led.onsets_s.size(),
                  led.off,
                  led.on);
  if (led.flickers > 0) {
    placed.warnings.push_back(
        fmt::format("sync region: the LED flickers ({} dark spell{} of at most {:.0f} ms or one "
                    "frame): taken for lit",
                    led.flickers,
                    led.flickers == 1 ? "" : "s",
                    1000.0 * flicker_s));
  }
  std::vector<double> pulses = times_of(events, "sync");
  if (pulses.empty()) pulses = times_of(events, "cs");
  placed.rows = events.empty() ? rows : tables::trials_of_log(events);
  if (events.empty()) pulses = cs_onsets(rows);
  if (placed.rows.empty()) {
    placed.rows = trials_at(led.onsets_s, isi_s);
    placed.findings.text = found + " Each is the CS of a trial.";
    return placed;
  }
  const conditioning::ClockFit fit = conditioning::align_clocks(pulses, led.onsets_s, file);
  move(placed.rows, fit);
  placed.findings.residuals_ms = fit.residuals_ms;
  placed.findings.text = found + fmt::format(
                                     " {} of {} pulses on the other clock match: video time = "
                                     "{:.4f} s + (1 {:+.1f} ppm) x other "
                                     "time, residual {:.2f} ms RMS, {:.2f} ms max.",
                                     fit.residuals_ms.size(),
                                     fit.log_pulses,
                                     fit.offset_s,
                                     1e6 * fit.drift,
                                     fit.rms_ms,
                                     fit.max_ms);
  if (fit.is_ambiguous) {
    placed.warnings.push_back(
        "the pulses are so evenly spaced that another shift of the log fits as well: check the "
        "trials");
  }
  return placed;
}

}  // namespace eyelid::pipeline
