// SPDX-License-Identifier: MIT
#include "eyelid/reports/report_builder.hpp"

#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "eyelid/core/error.hpp"
#include "eyelid/core/version.hpp"
#include "eyelid/files/atomic_file.hpp"
#include "eyelid/files/json_file.hpp"
#include "eyelid/reports/blink_sheet.hpp"
#include "eyelid/reports/report_json.hpp"
#include "eyelid/reports/report_page.hpp"
#include "eyelid/reports/report_statistics.hpp"
#include "eyelid/tables/session_json.hpp"

namespace eyelid::reports {
namespace {

constexpr std::size_t kMaxExamples = 12;

ReportJson histogram_json(const ClosureHistogram& histogram) {
  return {
      {"first", ClosureHistogram::kFirst},
      {"step", ClosureHistogram::kStep},
      {"right", histogram.right},
      {"left", histogram.left},
      {"frames", histogram.frames},
      {"frames_closed", histogram.frames_closed},
      {"mean",
       histogram.frames > 0 ? json_number(histogram.sum / static_cast<double>(histogram.frames), 4)
                            : ReportJson(nullptr)}};
}

ReportJson agreement_json(const AgreementCurve& curve) {
  ReportJson array = ReportJson::array();
  for (std::size_t i = 0; i < curve.steps.size(); ++i) {
    const AgreementCurve::Moments& step = curve.steps[i];
    if (step.count == 0) continue;
    const double count = static_cast<double>(step.count);
    const double mean = step.sum / count;
    const double variance = std::fmax(0.0, step.sum_of_squares / count - mean * mean);
    array.push_back({{"truth", json_number(static_cast<double>(i) * AgreementCurve::kStep, 2)},
                     {"count", step.count},
                     {"mean", json_number(mean, 4)},
                     {"sd", json_number(std::sqrt(variance), 4)}});
  }
  return array;
}

std::string title_of(const ReportOptions& options, const SessionSummary& summary) {
  if (!options.title.empty()) return options.title;
  const std::filesystem::path path(summary.source.path);
  const std::string name =
      (path.has_filename() ? path.filename() : path.parent_path().filename()).string();
  return name.empty() ? "Eyelid closure" : name;
}

// Bytes that are not UTF-8 become U+FFFD, as in the JSON.
std::string as_utf8(const std::string& text) {
  return ReportJson::parse(files::json_text(ReportJson(text))).get<std::string>();
}

}  // namespace

struct ReportBuilder::State {
  State(const std::filesystem::path& folder, ReportOptions chosen)
      : options(std::move(chosen)),
        trace(options.max_bins),
        blinks(folder, options.max_blinks, options.max_picture_bytes) {}

  ReportOptions options;
  ReportTrace trace;
  ClosureHistogram histogram;
  AgreementCurve agreement;
  BlinkSheet blinks;
  std::int32_t clip = 0;
  ReportJson clip_begins = ReportJson::array();
  ReportJson examples = ReportJson::array();
  ReportJson trials = ReportJson::array();
  ReportJson comparison = nullptr;
};

ReportBuilder::ReportBuilder(const std::filesystem::path& folder, ReportOptions options)
    : state_(std::make_unique<State>(folder, std::move(options))) {}
ReportBuilder::~ReportBuilder() = default;
ReportBuilder::ReportBuilder(ReportBuilder&&) noexcept = default;
ReportBuilder& ReportBuilder::operator=(ReportBuilder&&) noexcept = default;

void ReportBuilder::add(const EyelidSample& sample, const TrueClosure& truth) {
  if (sample.clip != state_->clip) {
    state_->clip = sample.clip;
    state_->clip_begins.push_back({{"clip", sample.clip},
                                   {"frame", sample.frame},
                                   {"time_s", json_number(sample.time_s, 6)}});
  }
  state_->trace.add(sample, truth);
  state_->histogram.add(sample);
  state_->agreement.add(sample.fec.right, truth.fec.right);
  state_->agreement.add(sample.fec.left, truth.fec.left);
  state_->blinks.add(sample);
}

void ReportBuilder::add_blink(const Blink& blink, const BlinkPictures& pictures) {
  state_->blinks.add(blink, pictures);
}

void ReportBuilder::add_example(const std::string& label, const ReportPicture& picture) {
  EYELID_EXPECTS(state_->examples.size() < kMaxExamples);
  ReportJson json = picture_json(picture);
  json["label"] = label;
  state_->examples.push_back(std::move(json));
}

void ReportBuilder::set_trials(std::span<const Trial> trials) {
  state_->trials = trials_json(trials);
}

void ReportBuilder::set_comparison(const ReportComparison& comparison) {
  state_->comparison = comparison_json(comparison);
}

void ReportBuilder::write(const std::filesystem::path& path, const SessionSummary& summary) {
  const std::string title = as_utf8(title_of(state_->options, summary));
  ReportJson report = {{"title", title},
                       {"eyelid_version", kVersion},
                       {"session", ReportJson::parse(tables::session_json(summary))},
                       {"trace", trace_json(state_->trace)},
                       {"clips", std::move(state_->clip_begins)},
                       {"histogram", histogram_json(state_->histogram)},
                       {"agreement", agreement_json(state_->agreement)},
                       {"comparison", state_->comparison},
                       {"trials", std::move(state_->trials)},
                       {"examples", std::move(state_->examples)}};
  std::string text = files::json_text(report);
  text.back() = ',';  // instead of the brace that ends the object: the blinks are its last value
  const auto write_json = [&](const TextSink& data) {
    data(text);
    data(R"("blinks":)");
    state_->blinks.write(data);
    data("}");
  };
  files::AtomicFile file(path);
  write_page(
      "report.html", title, write_json, [&file](std::string_view piece) { file.write(piece); });
  file.commit();
}

}  // namespace eyelid::reports
