// SPDX-License-Identifier: MIT
#include "eyelid/reports/agreement_report.hpp"

#include <nlohmann/json.hpp>

#include "eyelid/core/version.hpp"
#include "eyelid/files/atomic_file.hpp"
#include "eyelid/files/json_file.hpp"
#include "eyelid/reports/report_json.hpp"
#include "eyelid/reports/report_page.hpp"

namespace eyelid::reports {
namespace {

constexpr int kDecimals = 5;

ReportJson rating_json(const Rating& rating) {
  return {{"verdict", name_of(rating.verdict)},
          {"onset_ms", json_number(rating.onset_ms, 3)},
          {"amplitude", json_number(rating.amplitude, kDecimals)},
          {"comment", rating.comment}};
}

ReportJson differences_json(const BlandAltman& figures) {
  ReportJson points = ReportJson::array();
  for (std::size_t i = 0; i < figures.trials.size(); ++i) {
    points.push_back({figures.trials[i],
                      json_number(figures.means[i], kDecimals),
                      json_number(figures.differences[i], kDecimals)});
  }
  return {{"bias", json_number(figures.bias, kDecimals)},
          {"low", json_number(figures.low, kDecimals)},
          {"high", json_number(figures.high, kDecimals)},
          {"points", points}};
}

ReportJson pair_json(const RaterAgreement& pair) {
  ReportJson classes = ReportJson::array();
  for (const ClassAgreement& one : pair.classes) {
    classes.push_back({{"verdict", name_of(one.verdict)},
                       {"first", one.first},
                       {"second", one.second},
                       {"both", one.both},
                       {"agreement", json_number(one.agreement, kDecimals)}});
  }
  ReportJson disagreements = ReportJson::array();
  for (const auto& [first, second] : pair.disagreements) {
    disagreements.push_back(
        {{"trial", first.trial}, {"first", rating_json(first)}, {"second", rating_json(second)}});
  }
  return {{"first", pair.first},
          {"second", pair.second},
          {"trials", pair.trials},
          {"percent", json_number(pair.percent, 2)},
          {"kappa", json_number(pair.kappa, kDecimals)},
          {"kappa_ci",
           {json_number(pair.kappa_low, kDecimals), json_number(pair.kappa_high, kDecimals)}},
          {"classes", classes},
          {"onset_ms", differences_json(pair.onset_ms)},
          {"amplitude", differences_json(pair.amplitude)},
          {"disagreements", disagreements}};
}

ReportJson traces_json_of(const AgreementReport& report) {
  ReportJson traces = ReportJson::object();
  for (std::size_t i = 0; i < report.trials.size(); ++i) {
    std::vector<std::int16_t> values;
    for (std::size_t k = 0; k < report.traces.samples; ++k) {
      values.push_back(packed_ratio(report.traces.at(report.eye, i, k)));
    }
    const Trial& trial = report.trials[i];
    const bool has_both = trial.cs_onset_s && trial.us_onset_s;
    traces[std::to_string(trial.number)] = {
        {"fec", packed(values)},
        {"isi_ms",
         has_both ? json_number(1000.0 * (*trial.us_onset_s - *trial.cs_onset_s), 3)
                  : ReportJson(nullptr)}};
  }
  return traces;
}

}  // namespace

void write_agreement_report(const std::filesystem::path& path, const AgreementReport& report) {
  ReportJson pairs = ReportJson::array();
  for (const RaterAgreement& pair : report.pairs) pairs.push_back(pair_json(pair));
  const ReportJson json = {{"title", "Agreement of raters"},
                           {"eyelid_version", kVersion},
                           {"folder", report.folder},
                           {"eye", name_of(report.eye)},
                           {"pairs", pairs},
                           {"first_ms", json_number(report.traces.first_ms, 3)},
                           {"step_ms", json_number(report.traces.step_ms, 6)},
                           {"traces", traces_json_of(report)}};
  files::write_file(path,
                    fill_page("agreement.html", {}, "Agreement of raters", files::json_text(json)));
}

}  // namespace eyelid::reports
