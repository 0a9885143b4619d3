// SPDX-License-Identifier: MIT
#include "apps/eyelid/score/score_figures.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "apps/command_line/json_output.hpp"
#include "apps/command_line/progress.hpp"
#include "apps/command_line/terminal_table.hpp"
#include "eyelid/pipeline/score_report.hpp"

namespace eyelid::app {
namespace {

using Json = nlohmann::ordered_json;

/// "51.2 +- 3.4"
std::string with_error(double mean, double standard_error, int decimals) {
  return cell(mean, decimals) + " +- " + cell(standard_error, decimals);
}

/// "40.1 to 62.0"
std::string interval_of(double low, double high, int decimals) {
  return cell(low, decimals) + " to " + cell(high, decimals);
}

Json trial_json(const TrialScore& score) {
  Json json;
  json["trial"] = score.trial.number;
  json["type"] = name_of(score.trial.type);
  json["eye"] = name_of(score.eye);
  json["verdict"] = name_of(score.verdict);
  json["cr_grade"] = name_of(score.cr_grade);
  json["flags"] = score.flags;
  json["reason"] = score.reason;
  json["baseline"] = json_number(score.baseline);
  json["cr_amplitude"] = json_number(score.cr_amplitude);
  json["cr_onset_ms"] = json_number(score.cr_onset_ms);
  json["cr_onset_error_ms"] = json_number(score.cr_onset_error_ms);
  json["cr_peak_latency_ms"] = json_number(score.cr_peak_latency_ms);
  json["ur_peak"] = json_number(score.ur_peak);
  json["amplitude_at_us"] = json_number(score.amplitude_at_us);
  json["label"] = score.label ? Json(name_of(*score.label)) : Json(nullptr);
  json["final"] = name_of(score.final_verdict());
  json["comment"] = score.comment;
  json["grade"] = score.grade;
  json["cs_onset_s"] = json_or_null(score.trial.cs_onset_s);
  json["us_onset_s"] = json_or_null(score.trial.us_onset_s);
  json["isi_ms"] = json_number(score.isi_ms);
  json["baseline_sd"] = json_number(score.baseline_sd);
  json["criterion"] = json_number(score.criterion);
  json["cr_crossing_ms"] = json_number(score.cr_crossing_ms);
  json["ur_peak_latency_ms"] = json_number(score.ur_peak_latency_ms);
  json["alpha"] = score.has_alpha;
  json["alpha_amplitude"] = json_number(score.alpha_amplitude);
  json["missing_share"] = json_number(score.missing_share);
  json["onset_interpolated"] = score.is_onset_interpolated;
  for (const auto& [name, value] : score.trial.conditions) json["conditions"][name] = value;
  return json;
}

Json blocks_json(const std::vector<TrialBlock>& blocks) {
  Json array = Json::array();
  for (const TrialBlock& block : blocks) {
    array.push_back({{"block", block.number},
                     {"first_trial", block.first_trial},
                     {"last_trial", block.last_trial},
                     {"judged", block.judged},
                     {"crs", block.crs},
                     {"percent_cr", json_number(block.percent)},
                     {"amplitude_mean", json_number(block.amplitude)}});
  }
  return array;
}

Json session_json(const SessionLearning& session) {
  return {{"folder", session.folder},
          {"subject", session.subject},
          {"group", session.group},
          {"phase", session.phase},
          {"session", session.session},
          {"eye", name_of(session.eye)},
          {"trials", session.trials},
          {"with_cs", session.with_cs},
          {"judged", session.judged},
          {"rejected", session.rejected},
          {"overruled", session.overruled},
          {"crs", session.crs},
          {"crs_any", session.crs_any},
          {"percent_cr", json_number(session.percent)},
          {"percent_cr_any", json_number(session.percent_any)},
          {"amplitude_mean", json_number(session.amplitude_mean)},
          {"amplitude_median", json_number(session.amplitude_median)},
          {"cr_amplitude_mean", json_number(session.cr_amplitude_mean)},
          {"onset_median_ms", json_number(session.onset_median_ms)},
          {"peak_latency_median_ms", json_number(session.peak_latency_median_ms)},
          {"ur_peak_mean", json_number(session.ur_peak_mean)},
          {"trials_to_criterion", json_or_null(session.trials_to_criterion)},
          {"blocks",
           {{"10", blocks_json(session.blocks_of_10)},
            {"20", blocks_json(session.blocks_of_20)},
            {"100", blocks_json(session.blocks_of_100)}}}};
}

Json study_json(const LearningSummary& study) {
  Json points = Json::array();
  for (const LearningPoint& point : study.points) {
    points.push_back({{"group", point.group},
                      {"phase", point.phase},
                      {"session", point.session},
                      {"subjects", point.subjects},
                      {"percent_cr_mean", json_number(point.percent_mean)},
                      {"percent_cr_sem", json_number(point.percent_sem)},
                      {"amplitude_mean", json_number(point.amplitude_mean)},
                      {"amplitude_sem", json_number(point.amplitude_sem)},
                      {"percent_cr_ci_low", json_number(point.percent_ci_low)},
                      {"percent_cr_ci_high", json_number(point.percent_ci_high)},
                      {"amplitude_ci_low", json_number(point.amplitude_ci_low)},
                      {"amplitude_ci_high", json_number(point.amplitude_ci_high)}});
  }
  Json subjects = Json::array();
  for (const SubjectCriterion& subject : study.subjects) {
    subjects.push_back({{"subject", subject.subject},
                        {"group", subject.group},
                        {"trials_to_criterion", json_or_null(subject.trials)},
                        {"sessions_to_criterion", json_or_null(subject.sessions)}});
  }
  return {{"points", points}, {"subjects", subjects}};
}

}  // namespace

void print_scores(const pipeline::ScoredSession& session) {
  fmt::print("{}: {} trials, preset {} ({})\n",
             session.request.folder.string(),
             session.rows.size(),
             session.preset.name,
             session.preset.title);
  TerminalTable table({"eye",
                       "with CS",
                       "rejected",
                       "CRs at US",
                       "%CR",
                       "any %CR",
                       "amplitude",
                       "onset ms",
                       "peak ms",
                       "UR peak"});
  for (const SessionLearning& eye : session.learning) {
    table.add({std::string(name_of(eye.eye)),
               fmt::format("{}", eye.with_cs),
               fmt::format("{}", eye.rejected),
               fmt::format("{}", eye.crs),
               cell(eye.percent, 1),
               cell(eye.percent_any, 1),
               cell(eye.amplitude_mean, 3),
               cell(eye.onset_median_ms, 0),
               cell(eye.peak_latency_median_ms, 0),
               cell(eye.ur_peak_mean, 2)});
  }
  table.print(2);
  std::fflush(stdout);
  for (const std::string& warning : session.warnings) {
    std::fprintf(stderr, "warning: %s\n", warning.c_str());
  }
}

void print_study(const LearningSummary& study) {
  fmt::print("learning curve, one value per subject and session\n");
  TerminalTable table(
      {"group", "phase", "session", "n", "%CR +- SEM", "95 % CI", "amplitude +- SEM", "95 % CI"});
  for (const LearningPoint& point : study.points) {
    table.add({point.group.empty() ? "-" : point.group,
               point.phase.empty() ? "-" : point.phase,
               fmt::format("{}", point.session),
               fmt::format("{}", point.subjects),
               with_error(point.percent_mean, point.percent_sem, 1),
               interval_of(point.percent_ci_low, point.percent_ci_high, 1),
               with_error(point.amplitude_mean, point.amplitude_sem, 3),
               interval_of(point.amplitude_ci_low, point.amplitude_ci_high, 3)});
  }
  table.print(2);
  for (const SubjectCriterion& subject : study.subjects) {
    fmt::print("  {}: criterion after {} trials, {} sessions\n",
               subject.subject.empty() ? "(unnamed subject)" : subject.subject,
               count_cell(subject.trials),
               count_cell(subject.sessions));
  }
}

void write_report(pipeline::ScoredSession& session, pipeline::PictureChoice choice) {
  Progress bar("pictures of the trials", "frames");
  const std::int64_t total = session.trace.frames();
  pipeline::write_session_report(
      session, choice, [&](std::int64_t done) { bar.update(done, total); });
}

void add_scores(Json& json,
                const std::vector<pipeline::ScoredSession>& sessions,
                const LearningSummary* study) {
  json["preset"] = sessions.front().preset.name;
  json["preset_source"] = sessions.front().preset.source;
  json["trials"] = Json::array();
  json["sessions"] = Json::array();
  json["warnings"] = Json::array();
  for (const pipeline::ScoredSession& session : sessions) {
    for (const TrialScore& score : session.scores) {
      Json trial = trial_json(score);
      if (sessions.size() > 1) trial["session"] = session.request.folder.string();
      json["trials"].push_back(std::move(trial));
    }
    for (const SessionLearning& eye : session.learning) {
      json["sessions"].push_back(session_json(eye));
    }
    for (const std::string& warning : session.warnings) json["warnings"].push_back(warning);
  }
  if (study != nullptr) json["learning"] = study_json(*study);
}

}  // namespace eyelid::app
