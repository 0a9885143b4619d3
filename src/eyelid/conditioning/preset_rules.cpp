// SPDX-License-Identifier: MIT
#include "eyelid/conditioning/preset_rules.hpp"

#include <fmt/format.h>

#include <cmath>

namespace eyelid::conditioning {
namespace {

bool is_on(double limit) { return !std::isnan(limit); }

std::string words_of(const Moment& moment) {
  const char* onset = moment.onset == StimulusOnset::Cs ? "CS" : "US";
  if (moment.offset_s == 0.0) return std::string(onset) + " onset";
  return fmt::format("{:g} ms {} {} onset",
                     1000.0 * std::abs(moment.offset_s),
                     moment.offset_s < 0.0 ? "before" : "after",
                     onset);
}

std::string words_of(const Window& window) {
  return "from " + words_of(window.from) + (window.includes_from ? "" : " (excluded)") + " to " +
         words_of(window.to) + (window.includes_to ? " (included)" : "");
}

std::string words_of(Statistic statistic) {
  switch (statistic) {
    case Statistic::Mean:
      return "mean";
    case Statistic::Median:
      return "median";
    case Statistic::Max:
      return "maximum";
  }
  return "";
}

// Joins what applies.
class Clauses {
 public:
  void add(bool applies, const std::string& text) {
    if (!applies) return;
    if (!text_.empty()) text_ += join_;
    text_ += text;
  }
  explicit Clauses(std::string join) : join_(std::move(join)) {}
  std::string or_else(const std::string& nothing) const { return text_.empty() ? nothing : text_; }

 private:
  std::string join_;
  std::string text_;
};

std::string baseline_rule(const Preset& preset) {
  if (preset.baseline.scope == BaselineScope::Session) {
    return "lowest sample of the mean FEC of all trials " + words_of(preset.baseline.window);
  }
  std::string text =
      words_of(preset.baseline.statistic) + " FEC " + words_of(preset.baseline.window);
  if (is_on(preset.baseline.quiet_range)) {
    text += fmt::format("; of this the longest stretch up to its end with a range of at most {:g}",
                        preset.baseline.quiet_range);
  }
  return text;
}

std::string alpha_rule(const Preset& preset) {
  const Preset::Alpha& rule = preset.alpha;
  if (!rule.is_on) {
    if (!is_on(rule.onset_before_s)) return "not evaluated";
    return fmt::format("a response with its onset before {:g} ms, which is no CR",
                       1000.0 * rule.onset_before_s);
  }
  Clauses words(" and ");
  words.add(is_on(rule.above), fmt::format("more than {:g} above baseline", rule.above));
  words.add(is_on(rule.sd), fmt::format("more than {:g} SD of the baseline", rule.sd));
  std::string text = "maximum FEC " + words_of(rule.window) + " " + words.or_else("above baseline");
  if (is_on(rule.recovers_to)) {
    text += fmt::format(", and back to {:g} % of its peak before the US", 100.0 * rule.recovers_to);
  }
  if (rule.tail_s > 0.0) {
    text += fmt::format("; the CR window then starts at the lowest FEC within {:g} ms",
                        1000.0 * rule.tail_s);
  }
  if (is_on(rule.onset_before_s)) {
    text += fmt::format("; a response with its onset before {:g} ms is an alpha response, not a CR",
                        1000.0 * rule.onset_before_s);
  }
  return text;
}

std::string criterion_rule(const Preset& preset) {
  const Preset::Criterion& rule = preset.criterion;
  Clauses words(" or ");
  words.add(is_on(rule.above), fmt::format("amplitude above {:g}", rule.above));
  words.add(is_on(rule.at_least), fmt::format("amplitude at least {:g}", rule.at_least));
  words.add(is_on(rule.sd), fmt::format("amplitude above {:g} SD of the baseline", rule.sd));
  words.add(is_on(rule.mean_at_least),
            fmt::format("mean of the window at least {:g}", rule.mean_at_least));
  words.add(is_on(rule.peak_at_least),
            fmt::format("peak of the window at least {:g}", rule.peak_at_least));
  words.add(is_on(rule.ur_share),
            fmt::format("amplitude above {:g} % of the trial's own UR, the median FEC {}",
                        100.0 * rule.ur_share,
                        words_of(rule.ur)));
  std::string text = words.or_else("");
  if (is_on(rule.poor_at_least)) {
    text += fmt::format(" (good); poor, not counted: mean {} at least {:g}",
                        words_of(rule.poor),
                        rule.poor_at_least);
  }
  return text;
}

std::string onset_rule(const Preset& preset) {
  const Preset::Onset& rule = preset.onset;
  Clauses level(" or ");
  level.add(is_on(rule.sd), fmt::format("{:g} SD", rule.sd));
  level.add(is_on(rule.share), fmt::format("{:g} % of the amplitude", 100.0 * rule.share));
  level.add(is_on(rule.above), fmt::format("{:g}", rule.above));
  std::string text;
  switch (rule.method) {
    case OnsetMethod::None:
      return "not defined by this preset";
    case OnsetMethod::Flank:
      text =
          "start of the rise after the last quiet stretch: several courses are fitted to it and to "
          "the first part of the rise";
      break;
    case OnsetMethod::Crossing:
      text = "first frame more than " + level.or_else("0") + " above baseline, " +
             words_of(rule.window);
      break;
    case OnsetMethod::Backward:
      text = is_on(rule.resolution)
                 ? fmt::format(
                       "going backward {}: the first frame whose FEC, rounded to {:g}, is the "
                       "next step above baseline + {}",
                       words_of(rule.window),
                       rule.resolution,
                       level.or_else("0"))
                 : "first frame of the last rise through baseline + " + level.or_else("0") +
                       " before the US";
      break;
    case OnsetMethod::Velocity:
      text = fmt::format(
          "first of {} consecutive frames that close at max({:g} SD above the mean of the "
          "baseline's velocity, {:g} FEC/s), smoothed over {} frames, not below baseline, {}",
          rule.velocity_run,
          rule.velocity_sd,
          rule.velocity_floor,
          rule.velocity_smoothing,
          words_of(rule.window));
      break;
  }
  if (rule.has_baseline) {
    text += "; baseline here: mean FEC " + words_of(rule.baseline);
  }
  if (is_on(rule.discard_before_s)) {
    text += fmt::format("; earlier than {:g} ms is discarded", 1000.0 * rule.discard_before_s);
  }
  return text;
}

std::string peak_rule(const Preset& preset) {
  const Preset::Peak& rule = preset.peak;
  std::string text = "time of the maximum FEC " + words_of(rule.window) + ", trials with a CR";
  if (rule.cs_only) text += " and the CS alone";
  if (is_on(rule.discard_before_s) || is_on(rule.discard_after_s)) {
    text += fmt::format("; {:g} to {:g} ms are kept",
                        1000.0 * rule.discard_before_s,
                        1000.0 * rule.discard_after_s);
  }
  return text;
}

std::string reject_rule(const Preset& preset) {
  const Preset::Reject& rule = preset.reject;
  Clauses words("; ");
  words.add(true,
            fmt::format("more than {:g} % of the time {} has no closure",
                        100.0 * rule.missing_share,
                        words_of(rule.missing)));
  words.add(
      is_on(rule.range),
      fmt::format("the range of FEC exceeds {:g} {}", rule.range, words_of(rule.range_window)));
  words.add(is_on(rule.above),
            fmt::format("FEC{} exceeds {:g} {}",
                        rule.above_range_mean ? " above the mean of that stretch"
                        : rule.above_baseline ? " above baseline"
                                              : "",
                        rule.above,
                        words_of(rule.above_window)));
  words.add(
      is_on(rule.sd_iqr),
      fmt::format(
          "SD {} exceeds median + {:g} IQR of the session", words_of(rule.sd_window), rule.sd_iqr));
  words.add(is_on(rule.below),
            fmt::format("FEC above baseline falls below min({:g}, mean - {:g} SD of the baselines)",
                        rule.below,
                        rule.below_sd));
  words.add(true, "the trial lies outside the recording or overlaps another");
  return words.or_else("");
}

}  // namespace

std::vector<std::pair<std::string, std::string>> rules_of(const Preset& preset) {
  std::vector<std::pair<std::string, std::string>> rules{
      {"baseline", baseline_rule(preset)},
      {"alpha response", alpha_rule(preset)},
      {"CR amplitude",
       words_of(preset.cr.statistic) + " FEC " + words_of(preset.cr.window) + " minus baseline"},
      {"CR if", criterion_rule(preset)},
      {"CR onset", onset_rule(preset)},
      {"peak latency", peak_rule(preset)},
      {"amplitude at US", "mean FEC " + words_of(preset.at_us) + " minus baseline"},
      {"UR", "maximum FEC " + words_of(preset.ur) + ", baseline not subtracted"},
      {"rejected if", reject_rule(preset)},
      {"learned if",
       fmt::format(
           "at least {:g} % CRs among {} consecutive judged trials; by sessions: {} in a row",
           preset.learning.percent,
           preset.learning.trials,
           preset.learning.sessions)}};
  if (preset.learning.counts_rejected) {
    rules.push_back({"%CR", "of all trials with a CS; rejected ones count as trials without a CR"});
  }
  if (preset.uses_unfiltered) {
    rules.push_back({"onset and SD", "of the closure before the filter of track"});
  }
  if (is_on(preset.low_pass_hz)) {
    rules.push_back(
        {"smoothing",
         fmt::format("Butterworth low-pass of order 2 at {:g} Hz, forward and backward, "
                     "before everything but the SD",
                     preset.low_pass_hz)});
  } else if (preset.smoothing_s > 0.0) {
    rules.push_back(
        {"smoothing",
         fmt::format("moving mean of {:g} ms before everything but the onset and the SD",
                     1000.0 * preset.smoothing_s)});
  }
  if (preset.normalize.by == Normalization::UrPeak) {
    rules.push_back({"amplitudes divided by",
                     "the maximum, " + words_of(preset.normalize.window) +
                         ", of the median trace of the session's trials with a US"});
  } else if (preset.normalize.by == Normalization::MeanUr) {
    rules.push_back({"amplitudes divided by",
                     "the mean of the maxima, " + words_of(preset.normalize.window) +
                         ", of the session's trials with a US, minus baseline"});
  } else if (preset.normalize.by == Normalization::Percentiles) {
    rules.push_back(
        {"amplitudes divided by",
         fmt::format("the difference between percentiles {:g} and {:g} of the session's "
                     "baseline-corrected traces (the scale of \"rejected if\"), then by the high "
                     "percentile of those that are not rejected",
                     preset.normalize.low,
                     preset.normalize.high)});
  }
  return rules;
}

}  // namespace eyelid::conditioning
