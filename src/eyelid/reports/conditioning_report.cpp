// SPDX-License-Identifier: MIT
#include "eyelid/reports/conditioning_report.hpp"

#include <nlohmann/json.hpp>

#include "eyelid/core/error.hpp"
#include "eyelid/core/version.hpp"
#include "eyelid/files/atomic_file.hpp"
#include "eyelid/files/base64.hpp"
#include "eyelid/files/json_file.hpp"
#include "eyelid/films/jpeg.hpp"
#include "eyelid/reports/report_json.hpp"
#include "eyelid/reports/report_page.hpp"

namespace eyelid::reports {
namespace {

constexpr int kFigureDecimals = 5;
constexpr int kTimeOfReport = 3;  // decimals of ms and s
constexpr std::size_t kEyes = kScoredEyes.size();

ReportJson figure(double value) { return json_number(value, kFigureDecimals); }
ReportJson milliseconds(double value) { return json_number(value, kTimeOfReport); }

ReportJson seconds(const std::optional<double>& value) {
  return value ? json_number(*value, 6) : ReportJson(nullptr);
}

ReportJson score_json(const TrialScore& score) {
  return {{"verdict", name_of(score.verdict)},
          {"label", score.label ? ReportJson(name_of(*score.label)) : ReportJson(nullptr)},
          {"final", name_of(score.final_verdict())},
          {"comment", score.comment},
          {"cr_grade", name_of(score.cr_grade)},
          {"timed", score.is_timed_cr()},
          {"flags", score.flags},
          {"reason", score.reason},
          {"grade", score.grade},
          {"baseline", figure(score.baseline)},
          {"baseline_sd", figure(score.baseline_sd)},
          {"criterion", figure(score.criterion)},
          {"amplitude", figure(score.cr_amplitude)},
          {"onset_ms", milliseconds(score.cr_onset_ms)},
          {"onset_error_ms", milliseconds(score.cr_onset_error_ms)},
          {"crossing_ms", milliseconds(score.cr_crossing_ms)},
          {"peak_ms", milliseconds(score.cr_peak_latency_ms)},
          {"at_us", figure(score.amplitude_at_us)},
          {"ur_peak", figure(score.ur_peak)},
          {"ur_ms", milliseconds(score.ur_peak_latency_ms)},
          {"alpha", score.has_alpha},
          {"alpha_amplitude", figure(score.alpha_amplitude)},
          {"missing", figure(score.missing_share)},
          {"interpolated", figure(score.interpolated_share)}};
}

ReportJson trials_of(std::span<const TrialScore> scores) {
  ReportJson array = ReportJson::array();
  for (std::size_t i = 0; i + kEyes <= scores.size(); i += kEyes) {
    const Trial& trial = scores[i].trial;
    ReportJson eyes;
    for (std::size_t eye = 0; eye < kEyes; ++eye) {
      eyes[std::string(name_of(scores[i + eye].eye))] = score_json(scores[i + eye]);
    }
    array.push_back({{"trial", trial.number},
                     {"type", name_of(trial.type)},
                     {"cs_s", seconds(trial.cs_onset_s)},
                     {"us_s", seconds(trial.us_onset_s)},
                     {"isi_ms", milliseconds(scores[i].isi_ms)},
                     {"eyes", eyes}});
  }
  return array;
}

ReportJson traces_json(const AlignedTraces& traces) {
  ReportJson json = {
      {"first_ms", traces.first_ms}, {"step_ms", traces.step_ms}, {"samples", traces.samples}};
  for (const ScoredEye eye : kScoredEyes) {
    std::vector<std::int16_t> values;
    const std::vector<float>& fec = traces.fec[static_cast<std::size_t>(eye)];
    values.reserve(fec.size());
    for (const float value : fec) values.push_back(packed_ratio(value));
    json[std::string(name_of(eye))] = packed(values);
  }
  return json;
}

ReportJson pictures_json(const std::map<int, std::vector<TrialPicture>>& pictures) {
  ReportJson json = ReportJson::object();
  for (const auto& [trial, list] : pictures) {
    ReportJson array = ReportJson::array();
    for (const TrialPicture& picture : list) {
      ReportJson one = picture_json(
          {picture.crop.image, picture.crop.lids, picture.frame, picture.time_s, picture.fec});
      one["label"] = picture.label;
      array.push_back(std::move(one));
    }
    json[std::to_string(trial)] = std::move(array);
  }
  return json;
}

ReportJson learning_json(const ConditioningReport& report) {
  ReportJson needed = ReportJson::object();
  for (const SessionLearning& eye : report.learning) {
    needed[std::string(name_of(eye.eye))] =
        eye.trials_to_criterion ? ReportJson(*eye.trials_to_criterion) : ReportJson(nullptr);
  }
  return {{"percent", report.learning_percent}, {"to_criterion", needed}};
}

ReportJson study_json(const LearningSummary& study) {
  ReportJson points = ReportJson::array();
  for (const LearningPoint& point : study.points) {
    points.push_back(
        {{"group", point.group},
         {"phase", point.phase},
         {"session", point.session},
         {"subjects", point.subjects},
         {"percent_mean", figure(point.percent_mean)},
         {"percent_sem", figure(point.percent_sem)},
         {"amplitude_mean", figure(point.amplitude_mean)},
         {"amplitude_sem", figure(point.amplitude_sem)},
         {"percent_ci", {figure(point.percent_ci_low), figure(point.percent_ci_high)}},
         {"amplitude_ci", {figure(point.amplitude_ci_low), figure(point.amplitude_ci_high)}}});
  }
  ReportJson subjects = ReportJson::array();
  for (const SubjectCriterion& subject : study.subjects) {
    const auto count = [](const std::optional<int>& value) {
      return value ? ReportJson(*value) : ReportJson(nullptr);
    };
    subjects.push_back({{"subject", subject.subject},
                        {"group", subject.group},
                        {"trials", count(subject.trials)},
                        {"sessions", count(subject.sessions)}});
  }
  ReportJson sessions = ReportJson::array();
  for (const SessionLearning& session : study.sessions) sessions.push_back(session.folder);
  return {{"points", points}, {"subjects", subjects}, {"sessions", sessions}};
}

ReportJson clock_json(const ClockAlignmentReport& clock) {
  ReportJson json = {{"text", clock.text}};
  if (!clock.brightness.empty()) {
    json["brightness"] = {{"time_s", packed(clock.brightness_time_s)},
                          {"level", packed(clock.brightness)},
                          {"threshold", milliseconds(clock.threshold)},
                          {"onsets_s", clock.onsets_s}};
  }
  if (!clock.residuals_ms.empty()) json["residuals"] = clock.residuals_ms;
  return json;
}

}  // namespace

void write_conditioning_report(const std::filesystem::path& path,
                               const ConditioningReport& report) {
  EYELID_EXPECTS(report.scores.size() % kEyes == 0);
  ReportJson json = {
      {"title", report.title},
      {"eyelid_version", kVersion},
      {"session", {{"folder", report.folder}}},
      {"preset",
       {{"name", report.preset_name},
        {"title", report.preset_title},
        {"source", report.preset_source},
        {"note", report.preset_note},
        {"rules", report.rules}}},
      {"isi_ms", milliseconds(report.isi_ms)},
      {"windows", {{"cr", report.cr_window_ms}, {"cr_to_us", report.is_cr_to_us}}},
      {"learning", learning_json(report)},
      {"trials", trials_of(report.scores)},
      {"traces", report.traces ? traces_json(*report.traces) : ReportJson(nullptr)},
      {"pictures", report.pictures ? pictures_json(*report.pictures) : ReportJson::object()},
      {"no_pictures", report.no_pictures},
      {"study", report.study ? study_json(*report.study) : ReportJson(nullptr)},
      {"sync", report.clock ? clock_json(*report.clock) : ReportJson(nullptr)},
      {"warnings", report.warnings}};
  const std::string text = files::json_text(json);
  const std::string title = ReportJson::parse(text).at("title").get<std::string>();
  files::write_file(path, fill_page("conditioning.html", {}, title, text));
}

}  // namespace eyelid::reports
