// SPDX-License-Identifier: MIT
#include "apps/eyelid/evaluate/evaluate_detector.hpp"

#include <fmt/format.h>
#include <CLI/App.hpp>

#include <algorithm>
#include <array>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "apps/command_line/json_output.hpp"
#include "apps/command_line/options.hpp"
#include "apps/command_line/progress.hpp"
#include "apps/command_line/skipped_items.hpp"
#include "eyelid/core/error.hpp"
#include "eyelid/evaluation/detector_evaluation.hpp"
#include "eyelid/evaluation/error_pictures.hpp"
#include "eyelid/pipeline/setup.hpp"

namespace eyelid::app {
namespace {

// From this score on, detections enter the precision-recall curve.
constexpr float kCurveScore = 0.05f;

/// The detectors the reference study compared, on AFLW and its own machine.
struct StudyRow {
  const char* detector;
  std::size_t true_positives, false_negatives, false_positives;
  double ms_per_image;
};
constexpr std::array<StudyRow, 3> kStudy = {{
    {"hog", 2738, 687, 7, 29.23},
    {"mtcnn", 3131, 294, 37, 347.4},
    {"blazeface", 2485, 940, 1, 32.727},
}};

struct NamedDetector {
  std::string name;
  std::filesystem::path model;
};

struct EvaluateDetectorCommand {
  CLI::App* app = nullptr;
  CLI::Option* detector_option = nullptr;
  CLI::Option* model_option = nullptr;
  std::string dataset;
  std::vector<std::string> detectors;
  std::vector<std::filesystem::path> models;
  pipeline::SetupRequest request;
  evaluation::DetectorEvaluationOptions options;
  std::filesystem::path json;
  std::filesystem::path errors;

  std::vector<NamedDetector> named_detectors() const;
  void run();
};

/// Every `--detector` with the `--detector-model` that follows it. A model that comes first belongs
/// to the first detector, or to BlazeFace where none is named.
std::vector<NamedDetector> EvaluateDetectorCommand::named_detectors() const {
  std::vector<NamedDetector> named;
  std::filesystem::path early;
  std::size_t next_detector = 0, next_model = 0;
  for (const CLI::Option* option : app->parse_order()) {
    if (option == detector_option && next_detector < detectors.size()) {
      named.push_back({detectors[next_detector++], std::exchange(early, {})});
    } else if (option == model_option && next_model < models.size()) {
      std::filesystem::path& model = named.empty() ? early : named.back().model;
      if (!model.empty()) {
        throw CLI::ValidationError("--detector-model",
                                   "two for one detector; name each detector before its model");
      }
      model = models[next_model++];
    }
  }
  if (named.empty()) named.push_back({"blazeface", early});
  return named;
}

struct PreparedDetector {
  std::unique_ptr<detection::FaceDetector> detector;
  std::unique_ptr<detection::FaceDetector> sensitive;
  std::string model;
};

PreparedDetector prepare(const NamedDetector& named, pipeline::SetupRequest request) {
  request.detector = named.name;
  request.detector_model = named.model;
  pipeline::Setup setup = pipeline::make_setup(request);
  PreparedDetector prepared;
  prepared.detector = std::move(setup.detector);
  prepared.model = setup.identities.front().name;
  const bool is_lower = request.score_threshold > 0.0f && request.score_threshold < kCurveScore;
  if (!is_lower) request.score_threshold = kCurveScore;
  prepared.sensitive = pipeline::make_setup(request).detector;
  return prepared;
}

std::string percent(std::optional<double> share) {
  return share ? fmt::format("{:.2f} %", 100.0 * *share) : "-";
}
std::string counted(std::optional<std::size_t> count) {
  return count ? fmt::format("{}", *count) : "-";
}

void print_row(const evaluation::DetectorEvaluation& row,
               const std::string& p95,
               const std::string& model) {
  fmt::print("{:<10} {:>6} {:>6} {:>6} {:>6} {:>9} {:>9} {:>9} {:>7} {:>9.2f} {:>8}  {}\n",
             row.detector,
             row.faces,
             row.true_positives,
             row.false_negatives,
             counted(row.false_positives),
             row.faces > 0 ? percent(row.recall) : "-",
             percent(row.precision),
             percent(row.f1),
             row.average_precision ? fmt::format("{:.4f}", *row.average_precision) : "-",
             row.ms_per_image,
             p95,
             model);
}

evaluation::DetectorEvaluation study_figures(const StudyRow& study) {
  evaluation::DetectorEvaluation row;
  row.detector = study.detector;
  row.faces = study.true_positives + study.false_negatives;
  row.true_positives = study.true_positives;
  row.false_negatives = study.false_negatives;
  row.false_positives = study.false_positives;
  const auto hits = static_cast<double>(study.true_positives);
  row.recall = hits / static_cast<double>(row.faces);
  row.precision = hits / static_cast<double>(study.true_positives + study.false_positives);
  row.f1 =
      2.0 * hits / static_cast<double>(row.faces + study.true_positives + study.false_positives);
  row.ms_per_image = study.ms_per_image;
  return row;
}

void print_table(const evaluation::DetectorComparison& comparison,
                 const std::vector<PreparedDetector>& prepared,
                 const evaluation::DetectorEvaluationOptions& options) {
  fmt::print("{} pictures read; faces of at least {:.0f} % of the longer side; IoU {:.2f}\n\n",
             comparison.images,
             100.0 * options.min_face,
             options.min_iou);
  fmt::print("{:<10} {:>6} {:>6} {:>6} {:>6} {:>9} {:>9} {:>9} {:>7} {:>9} {:>8}  {}\n",
             "detector",
             "faces",
             "TP",
             "FN",
             "FP",
             "recall",
             "precision",
             "F1",
             "AP",
             "ms median",
             "ms p95",
             "model");
  for (std::size_t i = 0; i < comparison.rows.size(); ++i) {
    const evaluation::DetectorEvaluation& row = comparison.rows[i];
    print_row(row, fmt::format("{:.2f}", row.ms_per_image_p95), prepared[i].model);
  }
  fmt::print("the reference study, on AFLW and its machine:\n");
  for (const StudyRow& study : kStudy) print_row(study_figures(study), "-", "");
  if (!comparison.rows.front().false_positives) {
    fmt::print("\nThe set does not annotate every face: false ones and precision are not known.\n");
  }
}

template <class Number>
nlohmann::ordered_json optional_json(const std::optional<Number>& number) {
  if (!number) return nullptr;
  return *number;
}

nlohmann::ordered_json row_json(const evaluation::DetectorEvaluation& row) {
  nlohmann::ordered_json json = {{"faces", row.faces},
                                 {"tp", row.true_positives},
                                 {"fp", optional_json(row.false_positives)},
                                 {"fn", row.false_negatives},
                                 {"recall", nullptr},
                                 {"precision", optional_json(row.precision)},
                                 {"f1", optional_json(row.f1)},
                                 {"average_precision", optional_json(row.average_precision)},
                                 {"ms_per_image", row.ms_per_image}};
  if (row.faces > 0) json["recall"] = row.recall;
  return json;
}

nlohmann::ordered_json report_json(const evaluation::AnnotatedPictures& set,
                                   const evaluation::DetectorComparison& comparison,
                                   const std::vector<PreparedDetector>& prepared,
                                   const evaluation::DetectorEvaluationOptions& options) {
  nlohmann::ordered_json object = json_head("evaluate detector");
  object["dataset"] = set.name;
  object["images"] = comparison.images;
  object["missing_images"] = set.missing_pictures;
  object["unreadable_images"] = comparison.unreadable_images;
  object["boxes_outside"] = comparison.boxes_outside;
  object["problems"] = set.problems.size() + comparison.problems.size();
  object["results"] = nlohmann::ordered_json::array();
  for (std::size_t i = 0; i < comparison.rows.size(); ++i) {
    nlohmann::ordered_json row = {{"detector", comparison.rows[i].detector},
                                  {"model", prepared[i].model},
                                  {"min_face", options.min_face},
                                  {"iou", options.min_iou}};
    row.update(row_json(comparison.rows[i]));
    row["ms_per_image_p95"] = comparison.rows[i].ms_per_image_p95;
    object["results"].push_back(row);
  }
  object["reference_study"] = nlohmann::ordered_json::array();
  for (const StudyRow& study : kStudy) {
    nlohmann::ordered_json row = {{"detector", study.detector}, {"dataset", "AFLW"}};
    row.update(row_json(study_figures(study)));
    object["reference_study"].push_back(row);
  }
  return object;
}

void EvaluateDetectorCommand::run() {
  const std::vector<NamedDetector> named = named_detectors();
  const evaluation::AnnotatedPictures set = evaluation::read_annotated_pictures(dataset);
  fmt::print("{}\n", set.summary());
  print_skipped(set.problems);
  std::vector<PreparedDetector> prepared;
  std::vector<evaluation::DetectorUnderTest> tested;
  std::vector<std::string> names;
  for (const NamedDetector& one : named) {
    prepared.push_back(prepare(one, request));
    tested.push_back({prepared.back().detector.get(), prepared.back().sensitive.get()});
    names.push_back(one.name);
  }
  std::optional<evaluation::ErrorPictures> error_pictures;
  if (!errors.empty()) {
    error_pictures.emplace(errors, names);
    options.on_picture = [&](const evaluation::MarkedDetections& judged) {
      error_pictures->add(judged);
    };
  }
  Progress progress("evaluating", "pictures");
  options.progress = [&](std::size_t done, std::size_t all) {
    progress.update(static_cast<std::int64_t>(done), static_cast<std::int64_t>(all));
  };
  const evaluation::DetectorComparison comparison =
      evaluation::evaluate_detectors(set, tested, options);
  progress.finish();
  print_skipped(comparison.problems);
  print_table(comparison, prepared, options);
  if (error_pictures) {
    error_pictures->finish();
    fmt::print("{} pictures with errors and errors.csv in {}\n",
               error_pictures->pictures_written(),
               errors.string());
  }
  if (!json.empty()) write_json(json, report_json(set, comparison, prepared, options));
}

void add_detector_choice(CLI::App& app, EvaluateDetectorCommand& command) {
  // Both may come several times here.
  for (const char* name : {"--detector", "--detector-model"}) {
    app.remove_option(app.get_option(name));
  }
  const std::string group = "Detectors";
  command.detector_option =
      app.add_option("--detector",
                     command.detectors,
                     "blazeface, hog or mtcnn; may be repeated (default: blazeface)")
          ->check(CLI::IsMember({"blazeface", "hog", "mtcnn"}))
          ->allow_extra_args(false)
          ->group(group);
  command.model_option = app.add_option("--detector-model",
                                        command.models,
                                        "Model file of the --detector before it; may be repeated")
                             ->allow_extra_args(false)
                             ->group(group);
}

}  // namespace

void add_evaluate_detector(CLI::App& evaluate) {
  auto command = std::make_shared<EvaluateDetectorCommand>();
  CLI::App* detector =
      evaluate.add_subcommand("detector", "Face detectors side by side against annotated faces");
  command->app = detector;
  detector
      ->add_option("--dataset",
                   command->dataset,
                   "FORMAT:PATH; FORMAT: 300w, 300w-lp, aflw, aflw2000, bioid, dlib, fddb, jsonl, "
                   "wflw, wider, yale")
      ->required();
  detector->add_option("--iou", command->options.min_iou, "Least overlap of a hit")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  detector
      ->add_option("--min-face",
                   command->options.min_face,
                   "Ignore faces lower than this share of the longer side")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  detector->add_option("--errors",
                       command->errors,
                       "Write missed and false faces as pictures with boxes into this folder");
  add_setup_options(*detector, command->request);
  add_detector_choice(*detector, *command);
  add_json_option(*detector, command->json);
  detector->footer(
      "Detections by falling score each take the free face of highest IoU. Average precision: area "
      "under\nprecision over recall, all-point interpolation, from detections of score 0.05 on "
      "(run "
      "a second time\nwith that threshold); everything else at the detector's own threshold, or "
      "--score. Milliseconds: one\nthread, decoding not included, detectors taking turns. See "
      "docs/detectors.md.");
  detector->callback([command] { command->run(); });
}

}  // namespace eyelid::app
