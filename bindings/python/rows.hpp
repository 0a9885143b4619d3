// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <concepts>
#include <optional>
#include <string>
#include <type_traits>

#include "eyelid/core/blink.hpp"
#include "eyelid/core/eyelid_sample.hpp"
#include "eyelid/core/session_learning.hpp"
#include "eyelid/core/trial_score.hpp"

namespace eyelid::python {

// The columns of each table, in the order of its file (docs/files.md); columns.hpp visits them to
// write or to read.

template <class T, class Struct>
concept Is = std::same_as<std::remove_const_t<T>, Struct>;

void visit_row(auto& visit, Is<EyelidSample> auto& sample) {
  visit("frame", sample.frame);
  visit("time_s", sample.time_s);
  visit("valid", sample.is_valid);
  visit.derived("valid_right", sample.is_eye_valid(Eye::Right));
  visit.derived("valid_left", sample.is_eye_valid(Eye::Left));
  visit("face_score", sample.face_score);
  visit("face_x_px", sample.face_box.x);
  visit("face_y_px", sample.face_box.y);
  visit("face_width_px", sample.face_box.width);
  visit("face_height_px", sample.face_box.height);
  visit("ear_right", sample.ear.right);
  visit("ear_left", sample.ear.left);
  visit("fec_right", sample.fec.right);
  visit("fec_left", sample.fec.left);
  visit("fec", sample.mean_fec);
  visit("interpolated", sample.is_interpolated);
  visit("suspect", sample.is_suspect);
  visit("clip", sample.clip);
}

void visit_row(auto& visit, Is<Blink> auto& blink) {
  visit.word("eye", blink.eye, kEyes);
  visit("onset_frame", blink.onset_frame);
  visit("peak_frame", blink.peak_frame);
  visit("offset_frame", blink.offset_frame);
  visit("onset_s", blink.onset_s);
  visit("peak_s", blink.peak_s);
  visit("offset_s", blink.offset_s);
  visit("amplitude", blink.amplitude);
  visit("peak_fec", blink.peak_fec);
  visit.word("kind", blink.kind, std::array{BlinkKind::Full, BlinkKind::Partial});
  visit("closing_ms", blink.closing_ms);
  visit("opening_ms", blink.opening_ms);
  visit("half_width_ms", blink.half_width_ms);
  visit("is_cut", blink.is_cut);
}

void visit_row(auto& visit, const TrialScore& score) {
  std::string flags;
  for (const std::string& flag : score.flags) flags += (flags.empty() ? "" : " ") + flag;
  visit("trial", static_cast<std::int64_t>(score.trial.number));
  visit("type", name_of(score.trial.type));
  visit("eye", name_of(score.eye));
  visit("cs_onset_s", score.trial.cs_onset_s.value_or(kNoFigure));
  visit("us_onset_s", score.trial.us_onset_s.value_or(kNoFigure));
  visit("isi_ms", score.isi_ms);
  visit("verdict", name_of(score.verdict));
  visit("label", score.label ? name_of(*score.label) : "");
  visit("final", name_of(score.final_verdict()));
  visit("cr_grade", name_of(score.cr_grade));
  visit("flags", flags);
  visit("reason", score.reason);
  visit("grade", score.grade);
  visit("baseline", score.baseline);
  visit("baseline_sd", score.baseline_sd);
  visit("criterion", score.criterion);
  visit("cr_amplitude", score.cr_amplitude);
  visit("cr_onset_ms", score.cr_onset_ms);
  visit("cr_onset_error_ms", score.cr_onset_error_ms);
  visit("cr_crossing_ms", score.cr_crossing_ms);
  visit("cr_peak_latency_ms", score.cr_peak_latency_ms);
  visit("amplitude_at_us", score.amplitude_at_us);
  visit("ur_peak", score.ur_peak);
  visit("ur_peak_latency_ms", score.ur_peak_latency_ms);
  visit("alpha", score.has_alpha);
  visit("alpha_amplitude", score.alpha_amplitude);
  visit("missing_share", score.missing_share);
  visit("interpolated_share", score.interpolated_share);
  visit("onset_interpolated", score.is_onset_interpolated);
  visit("peak_velocity", score.peak_velocity);
  visit("cr_peak_from_us_ms", score.cr_peak_from_us_ms);
  visit("ur_above_pre_us", score.ur_above_pre_us);
  visit("before_cs", score.verdict_before_cs ? name_of(*score.verdict_before_cs) : "");
  visit("comment", score.comment);
}

void visit_row(auto& visit, const SessionLearning& session) {
  const auto count = [&](const char* name, int value) {
    visit(name, static_cast<std::int64_t>(value));
  };
  visit("subject", session.subject);
  visit("group", session.group);
  visit("phase", session.phase);
  count("session", session.session);
  visit("eye", name_of(session.eye));
  count("trials", session.trials);
  count("with_cs", session.with_cs);
  count("judged", session.judged);
  count("rejected", session.rejected);
  count("overruled", session.overruled);
  count("crs", session.crs);
  count("crs_any", session.crs_any);
  count("alphas", session.alphas);
  visit("percent_cr", session.percent);
  visit("percent_cr_any", session.percent_any);
  visit("amplitude_mean", session.amplitude_mean);
  visit("amplitude_median", session.amplitude_median);
  visit("cr_amplitude_mean", session.cr_amplitude_mean);
  visit("onset_median_ms", session.onset_median_ms);
  visit("peak_latency_median_ms", session.peak_latency_median_ms);
  visit("ur_peak_mean", session.ur_peak_mean);
  visit(
      "trials_to_criterion",
      session.trials_to_criterion ? static_cast<double>(*session.trials_to_criterion) : kNoFigure);
  count("judged_before_cs", session.judged_before_cs);
  visit("percent_before_cs", session.percent_before_cs);
  visit("percent_corrected", session.percent_corrected);
}

}  // namespace eyelid::python
