// SPDX-License-Identifier: MIT
#include "eyelid/tables/score_row.hpp"

#include <string>
#include <vector>

#include "eyelid/tables/csv_text.hpp"

namespace eyelid::tables {
namespace {

std::string joined(const std::vector<std::string>& flags) {
  std::string text;
  for (const std::string& flag : flags) {
    if (!text.empty()) text += ' ';
    text += flag;
  }
  return text;
}

}  // namespace

const std::string_view kScoreColumns =
    "trial,type,eye,cs_onset_s,us_onset_s,isi_ms,verdict,label,final,cr_grade,flags,reason,grade,"
    "baseline,baseline_sd,criterion,cr_amplitude,cr_onset_ms,cr_onset_error_ms,cr_crossing_ms,"
    "cr_peak_latency_ms,amplitude_at_us,ur_peak,ur_peak_latency_ms,alpha,alpha_amplitude,missing_"
    "share,"
    "interpolated_share,onset_interpolated,peak_velocity,cr_peak_from_us_ms,ur_above_pre_us,"
    "before_cs,comment";

void write_score(CsvWriter& row, const TrialScore& score) {
  row.integer(score.trial.number).word(name_of(score.trial.type)).word(name_of(score.eye));
  row.time(score.trial.cs_onset_s).time(score.trial.us_onset_s);
  row.number(score.isi_ms, kDurationDecimals).word(name_of(score.verdict));
  row.word(score.label ? name_of(*score.label) : "").word(name_of(score.final_verdict()));
  row.word(name_of(score.cr_grade)).word(joined(score.flags));
  row.word(score.reason).word(score.grade);
  row.number(score.baseline, kRatioDecimals).number(score.baseline_sd, kRatioDecimals);
  row.number(score.criterion, kRatioDecimals).number(score.cr_amplitude, kRatioDecimals);
  row.number(score.cr_onset_ms, kDurationDecimals);
  row.number(score.cr_onset_error_ms, kDurationDecimals);
  row.number(score.cr_crossing_ms, kDurationDecimals);
  row.number(score.cr_peak_latency_ms, kDurationDecimals);
  row.number(score.amplitude_at_us, kRatioDecimals).number(score.ur_peak, kRatioDecimals);
  row.number(score.ur_peak_latency_ms, kDurationDecimals).integer(score.has_alpha);
  row.number(score.alpha_amplitude, kRatioDecimals).number(score.missing_share, kRatioDecimals);
  row.number(score.interpolated_share, kRatioDecimals).integer(score.is_onset_interpolated);
  row.number(score.peak_velocity, kRatioDecimals);
  row.number(score.cr_peak_from_us_ms, kDurationDecimals);
  row.number(score.ur_above_pre_us, kRatioDecimals);
  row.word(score.verdict_before_cs ? name_of(*score.verdict_before_cs) : "");
  row.word(score.comment);
}

CsvWriter& write_place(CsvWriter& row, const SessionLearning& session) {
  return row.word(session.subject)
      .word(session.group)
      .word(session.phase)
      .integer(session.session)
      .word(session.folder);
}

}  // namespace eyelid::tables
