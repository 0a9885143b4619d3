// SPDX-License-Identifier: MIT
#include "apps/eyelid/evaluate/evaluate_agreement.hpp"

#include <fmt/format.h>
#include <CLI/App.hpp>

#include <algorithm>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "apps/command_line/json_output.hpp"
#include "apps/command_line/options.hpp"
#include "apps/command_line/output_option.hpp"
#include "apps/command_line/terminal_table.hpp"
#include "apps/command_line/value_names.hpp"
#include "eyelid/conditioning/rater_comparison.hpp"
#include "eyelid/conditioning/trial_alignment.hpp"
#include "eyelid/core/error.hpp"
#include "eyelid/reports/agreement_report.hpp"
#include "eyelid/tables/frames_csv.hpp"
#include "eyelid/tables/ratings_csv.hpp"

namespace eyelid::app {
namespace {

constexpr double kBeforeCs_ms = 500.0;
constexpr double kAfterUs_ms = 600.0;
constexpr std::size_t kMaxValues = 600000;

struct EvaluateAgreementCommand {
  std::filesystem::path folder;
  std::vector<std::filesystem::path> labels;
  std::string eye = "mean";
  std::filesystem::path html;
  std::filesystem::path json;

  void run() {
    const ScoredEye which = *scored_eye_from_name(eye);
    const tables::ProgramRatings program =
        tables::read_program_ratings(folder / "trial_scores.csv", which);
    std::vector<Rater> raters{program.rater};
    for (const std::filesystem::path& file : labels) {
      raters.push_back(tables::read_rater(file, which));
    }
    std::vector<RaterAgreement> pairs;
    for (std::size_t i = 0; i < raters.size(); ++i) {
      for (std::size_t k = i + 1; k < raters.size(); ++k) {
        pairs.push_back(conditioning::agreement_of(raters[i], raters[k]));
        if (pairs.back().trials > 0) continue;
        throw InputError(raters[i].name + " and " + raters[k].name +
                         ": no trial that both judged, expected at least one");
      }
    }
    if (!html.empty()) reports::write_agreement_report(html, report_of(program, pairs));
    if (!json.empty()) write(pairs);
    print(pairs);
  }

  reports::AgreementReport report_of(const tables::ProgramRatings& program,
                                     const std::vector<RaterAgreement>& pairs) const {
    reports::AgreementReport report;
    report.folder = folder.string();
    report.eye = *scored_eye_from_name(eye);
    report.pairs = pairs;
    std::set<int> disputed;
    for (const RaterAgreement& pair : pairs) {
      for (const auto& ratings : pair.disagreements) disputed.insert(ratings[0].trial);
    }
    std::vector<conditioning::StimulusTimes> times;
    double isi_s = 0.0;
    for (const Trial& trial : program.trials) {
      if (!trial.cs_onset_s || !disputed.contains(trial.number)) continue;
      report.trials.push_back(trial);
      times.push_back({*trial.cs_onset_s, trial.us_onset_s.value_or(*trial.cs_onset_s)});
      isi_s = std::max(isi_s, times.back().us_s - times.back().cs_s);
    }
    conditioning::SessionTrace trace;
    tables::FramesCsvReader frames(folder / "frames.csv");
    for (EyelidSample sample; frames.next(sample);) {
      if (!std::isfinite(sample.mean_fec)) sample.mean_fec = mean_of_valid(sample.fec);
      trace.add(sample);
    }
    report.traces = conditioning::align_trials(
        trace, times, -kBeforeCs_ms, 1000.0 * isi_s + kAfterUs_ms, kMaxValues);
    return report;
  }

  void print(const std::vector<RaterAgreement>& pairs) const {
    fmt::print("{}: agreement on the {} eye\n", folder.string(), eye);
    TerminalTable table(
        {"raters", "trials", "same", "kappa", "95 % CI", "CR", "no CR", "rejected"});
    for (const RaterAgreement& pair : pairs) {
      table.add({pair.first + ", " + pair.second,
                 fmt::format("{}", pair.trials),
                 cell(pair.percent, 1) + " %",
                 cell(pair.kappa, 3),
                 cell(pair.kappa_low, 3) + " to " + cell(pair.kappa_high, 3),
                 percent_cell(pair.classes[0].agreement, 1),
                 percent_cell(pair.classes[1].agreement, 1),
                 percent_cell(pair.classes[2].agreement, 1)});
    }
    table.print(2);
    for (const RaterAgreement& pair : pairs) {
      print_differences(pair, "onset", "ms", pair.onset_ms, 1);
      print_differences(pair, "amplitude", "FEC", pair.amplitude, 3);
    }
  }

  static void print_differences(const RaterAgreement& pair,
                                const char* what,
                                const char* unit,
                                const BlandAltman& figures,
                                int decimals) {
    if (figures.trials.empty()) return;
    fmt::print("  {} - {}: CR {} {} {}, limits of agreement {} to {}, n = {}\n",
               pair.first,
               pair.second,
               what,
               cell(figures.bias, decimals),
               unit,
               cell(figures.low, decimals),
               cell(figures.high, decimals),
               figures.trials.size());
  }

  static nlohmann::ordered_json differences_json(const BlandAltman& figures) {
    return {{"n", figures.trials.size()},
            {"bias", json_number(figures.bias)},
            {"low", json_number(figures.low)},
            {"high", json_number(figures.high)}};
  }

  void write(const std::vector<RaterAgreement>& pairs) const {
    nlohmann::ordered_json object = json_head("evaluate agreement");
    object["folder"] = folder.string();
    object["eye"] = eye;
    object["pairs"] = nlohmann::ordered_json::array();
    for (const RaterAgreement& pair : pairs) {
      nlohmann::ordered_json classes;
      for (const ClassAgreement& one : pair.classes) {
        classes[std::string(name_of(one.verdict))] = {{"first", one.first},
                                                      {"second", one.second},
                                                      {"both", one.both},
                                                      {"agreement", json_number(one.agreement)}};
      }
      nlohmann::ordered_json disagreements = nlohmann::ordered_json::array();
      for (const auto& [first, second] : pair.disagreements) {
        disagreements.push_back({{"trial", first.trial},
                                 {"first", name_of(first.verdict)},
                                 {"second", name_of(second.verdict)}});
      }
      object["pairs"].push_back({{"first", pair.first},
                                 {"second", pair.second},
                                 {"trials", pair.trials},
                                 {"agreed", pair.agreed},
                                 {"percent", json_number(pair.percent)},
                                 {"kappa", json_number(pair.kappa)},
                                 {"kappa_ci_low", json_number(pair.kappa_low)},
                                 {"kappa_ci_high", json_number(pair.kappa_high)},
                                 {"classes", classes},
                                 {"onset_ms", differences_json(pair.onset_ms)},
                                 {"amplitude", differences_json(pair.amplitude)},
                                 {"disagreements", disagreements}});
    }
    write_json(json, object);
  }
};

}  // namespace

void add_evaluate_agreement(CLI::App& evaluate) {
  auto command = std::make_shared<EvaluateAgreementCommand>();
  CLI::App* agreement = evaluate.add_subcommand(
      "agreement", "Compare the verdicts of `eyelid score` and of one or two persons");
  agreement->add_option("folder", command->folder, "Scored folder: trial_scores.csv, frames.csv")
      ->type_name(kFolder)
      ->required();
  agreement
      ->add_option("--labels",
                   command->labels,
                   "labels.csv of each person: trial,eye,label and onset_ms,amplitude if measured")
      ->type_name(kPath)
      ->required()
      ->expected(1, 2);
  agreement->add_option("--eye", command->eye, "Trace that was judged")
      ->check(CLI::IsMember({"right", "left", "mean"}))
      ->capture_default_str();
  add_output_option(*agreement,
                    "--html",
                    command->html,
                    "Page with Bland-Altman plots and every trial with different verdicts");
  add_json_option(*agreement, command->json);
  agreement->callback([command] { command->run(); });
}

}  // namespace eyelid::app
