// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace eyelid::conditioning {

enum class StimulusOnset { Cs, Us };

/// A moment of a trial relative to a stimulus: "cs-200ms", "us", "us+15ms" in a preset. On CS-alone
/// trials "us" is where the US would have come, on US-alone trials "cs" likewise.
struct Moment {
  StimulusOnset onset = StimulusOnset::Cs;
  double offset_s = 0.0;
};

/// Samples with from <= time < to; the ends are in or out as a source has them ("ends" in a preset:
/// "[)", "[]", "(]", "()").
struct Window {
  Moment from;
  Moment to;
  bool includes_from = true;
  bool includes_to = false;
};

enum class Statistic { Mean, Median, Max };

/// Flank: start of a smooth closing movement fitted to the rise. Crossing: first
/// sample above the level. Backward: the last rise through the level before the US. Velocity: first
/// run of fast closing.
enum class OnsetMethod { None, Flank, Crossing, Backward, Velocity };

/// What amplitudes are divided by: nothing; the peak of the session's median UR; the mean of its UR
/// peaks above the baseline; or its range in two passes, as the BlinkLab SDK does.
enum class Normalization { None, UrPeak, MeanUr, Percentiles };

/// Trial: each has its own. Session: the lowest sample of the mean trace of all trials.
enum class BaselineScope { Trial, Session };

/// Stands for "this rule does not apply" in every limit below; null in a preset.
inline constexpr double kOff = std::numeric_limits<double>::quiet_NaN();

/// How one laboratory scores a trial. One JSON file each, in presets/; docs/conditioning.md
/// explains every key. Times in seconds here, in milliseconds in the files; closures and amplitudes
/// in FEC.
struct Preset {
  std::string name;
  std::string title;
  std::string source;  // where the definition was published
  std::string note;    // what the source leaves open, and our choice

  double isi_s = kOff;       // CS to US for trials that lack one; off: median of the paired trials
  double smoothing_s = 0.0;  // moving mean before everything but onset and SD
  bool uses_unfiltered = false;  // onset, SD, and what is compared with it: before track's filter
  double low_pass_hz = kOff;     // instead: Butterworth, order 2, forward and backward

  /// How far the windows below extend before the first stimulus and behind the last.
  struct Reach {
    double before_s = 0.0;
    double after_s = 0.0;
  } reach;

  struct Baseline {
    Window window;
    Statistic statistic = Statistic::Mean;
    BaselineScope scope = BaselineScope::Trial;
    double quiet_range = kOff;  // only the longest stretch up to the window's end within this range
  } baseline;

  struct Normalize {
    Normalization by = Normalization::None;
    Window window;  // of the UR
    double low = 1.0;
    double high = 99.9;  // percentiles
  } normalize;

  struct Alpha {
    bool is_on = false;
    Window window;
    double above = kOff;        // an alpha response exceeds this ...
    double sd = kOff;           // ... and this many SD of the baseline
    double recovers_to = kOff;  // ... and falls to this share of its peak before the US
    double tail_s = 0.0;        // the CR window then starts at the lowest closure within this
                                // after its recovery
    double onset_before_s =
        kOff;  // a response with an earlier onset is an alpha response, not a CR
  } alpha;

  struct Response {
    Window window;
    Statistic statistic = Statistic::Max;
  } cr;

  /// A CR when any of those that are on holds; all are above baseline.
  struct Criterion {
    double above = kOff;          // amplitude > this
    double at_least = kOff;       // amplitude >= this
    double sd = kOff;             // amplitude > this many SD of the baseline
    double mean_at_least = kOff;  // mean of the CR window >= this
    double peak_at_least = kOff;  // maximum of the CR window >= this
    double ur_share = kOff;       // amplitude > this share of the median of `ur`, the trial's own
    Window ur;
    double poor_at_least = kOff;  // mean of `poor` >= this: graded "poor", no CR
    Window poor;
  } criterion;

  struct Onset {
    OnsetMethod method = OnsetMethod::None;
    Window window;                   // searched
    bool has_baseline = false;       // level above the mean of `baseline`, not the preset's; with
    Window baseline;                 // `share`, only where the amplitude above it is a CR, too
    double resolution = kOff;        // Backward: compare closures rounded to multiples of this
    double sd = kOff;                // level: the highest of these that are on, above baseline
    double share = kOff;             // of the amplitude
    double above = kOff;             // FEC
    double discard_before_s = kOff;  // earlier ones are not reported
    double velocity_sd = 2.0;        // Velocity: mean + this many SD of the baseline's velocity
    double velocity_floor = 0.5;     // FEC/s, the lowest level
    int velocity_run = 2;            // samples in a row
    int velocity_smoothing = 5;      // samples
  } onset;

  struct Peak {
    Window window;
    bool cs_only = true;
    double discard_before_s = kOff;
    double discard_after_s = kOff;
  } peak;

  Window at_us;
  Window ur;

  struct Reject {
    double missing_share = 0.25;  // of the time within `missing` without closure
    Window missing;
    double range = kOff;  // maximum - minimum within `range_window`
    Window range_window;
    double above = kOff;  // any sample within `above_window`, above baseline or absolute
    Window above_window;
    bool above_baseline = false;
    bool above_range_mean = false;  // instead: above the mean of `range_window`
    double sd_iqr = kOff;  // SD within `sd_window` > median + this many IQR of the session's trials
    Window sd_window;
    double below = kOff;  // any sample above baseline < min(this, mean - below_sd SD)
    double below_sd = 3.0;
  } reject;

  struct Learning {
    double percent = 80.0;         // criterion: at least this many CRs ...
    int trials = 10;               // ... among this many judged trials in a row ...
    int sessions = 1;              // ... or in this many sessions in a row
    bool counts_rejected = false;  // %CR is of all trials with a CS, not of the judged ones
  } learning;
};

/// An embedded preset by name, or a file of the same form: whatever ends in ".json" or names a
/// file. `settings` are "key=value" with dotted keys ("criterion.above=0.05",
/// "cr.from=cs+100ms", "isi_ms=350"), applied last.
///
/// Keys that a file omits are off, or as in `human` for `learning`, `at_us` and `ur`.
/// Errors: InputError naming the file or setting, the key, what was found and what was expected.
Preset load_preset(const std::string& name_or_file, const std::vector<std::string>& settings = {});

/// Names of the embedded presets, in alphabetical order.
std::vector<std::string> preset_names();

/// The text of an embedded preset; empty when none has this name.
std::string_view preset_text(std::string_view name);

}  // namespace eyelid::conditioning
