// SPDX-License-Identifier: MIT
#include "apps/eyelid/evaluate/evaluate_detector.hpp"

#include <fmt/format.h>
#include <CLI/App.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "apps/command_line/json_output.hpp"
#include "apps/command_line/options.hpp"
#include "apps/command_line/output_option.hpp"
#include "apps/command_line/progress.hpp"
#include "apps/command_line/terminal_table.hpp"
#include "apps/command_line/value_names.hpp"
#include "eyelid/core/error.hpp"
#include "eyelid/evaluation/detector_evaluation.hpp"
#include "eyelid/evaluation/error_pictures.hpp"
#include "eyelid/pipeline/setup.hpp"

namespace eyelid::app {
namespace {

// Detections with at least this score enter the precision-recall curve.
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
  pipeline::DetectorKind kind;
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
      named.push_back({kDetectorChoices.at(detectors[next_detector++]), std::exchange(early, {})});
    } else if (option == model_option && next_model < models.size()) {
      std::filesystem::path& model = named.empty() ? early : named.back().model;
      if (!model.empty()) {
        throw CLI::ValidationError("--detector-model",
                                   "two for one detector; name each detector before its model");
      }
      model = models[next_model++];
    }
  }
  if (named.empty()) named.push_back({pipeline::DetectorKind::BlazeFace, early});
  return named;
}

struct PreparedDetector {
  std::unique_ptr<detection::FaceDetector> detector;
  std::unique_ptr<detection::FaceDetector> sensitive;
  std::string model;
};

PreparedDetector prepare(const NamedDetector& named, pipeline::SetupRequest request) {
  request.detector = named.kind;
  request.detector_model = named.model;
  pipeline::Setup setup = pipeline::make_setup(request);
  PreparedDetector prepared;
  prepared.detector = std::move(setup.detector);
  prepared.model = setup.identities.front().name;
  request.score_threshold = std::min(request.score_threshold.value_or(kCurveScore), kCurveScore);
  prepared.sensitive = pipeline::make_setup(request).detector;
  return prepared;
}

std::vector<std::string> line_of(const evaluation::DetectorEvaluation& row,
                                 const std::string& name,
                                 double p95_ms,
                                 const std::string& model) {
  return {name,
          fmt::format("{}", row.faces),
          fmt::format("{}", row.true_positives),
          fmt::format("{}", row.false_negatives),
          count_cell(row.false_positives),
          percent_cell(row.faces > 0 ? row.recall : NAN, 2),
          percent_cell(row.precision.value_or(NAN), 2),
          percent_cell(row.f1.value_or(NAN), 2),
          cell(row.average_precision.value_or(NAN), 4),
          cell(row.ms_per_image, 2),
          cell(p95_ms, 2),
          model};
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
  fmt::print("{} pictures; faces of at least {:.0f} % of the longer side; minimum IoU {:.2f}\n\n",
             comparison.images,
             100.0 * options.min_face,
             options.min_iou);
  TerminalTable table({"detector",
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
                       "model"});
  for (std::size_t i = 0; i < comparison.rows.size(); ++i) {
    const evaluation::DetectorEvaluation& row = comparison.rows[i];
    table.add(line_of(row, row.detector, row.ms_per_image_p95, prepared[i].model));
  }
  for (const StudyRow& study : kStudy) {
    const evaluation::DetectorEvaluation row = study_figures(study);
    table.add(line_of(row, "study: " + row.detector, NAN, "-"));
  }
  table.print();
  fmt::print("study: figures published by the reference study, on AFLW and its own machine\n");
  if (!comparison.rows.front().false_positives) {
    fmt::print("The data set does not annotate every face: FP and precision are unknown.\n");
  }
}

nlohmann::ordered_json row_json(const evaluation::DetectorEvaluation& row) {
  nlohmann::ordered_json json = {{"faces", row.faces},
                                 {"tp", row.true_positives},
                                 {"fp", nullptr},
                                 {"fn", row.false_negatives},
                                 {"recall", nullptr},
                                 {"precision", json_or_null(row.precision)},
                                 {"f1", json_or_null(row.f1)},
                                 {"average_precision", json_or_null(row.average_precision)},
                                 {"ms_per_image", row.ms_per_image}};
  if (row.false_positives) json["fp"] = *row.false_positives;
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
  std::vector<std::filesystem::path> inputs = {dataset.substr(dataset.find(':') + 1)};
  for (const evaluation::AnnotatedPicture& picture : set.pictures) inputs.push_back(picture.image);
  check_output_options(*app, inputs);
  std::vector<PreparedDetector> prepared;
  std::vector<evaluation::DetectorUnderTest> tested;
  std::vector<std::string> names;
  for (const NamedDetector& one : named) {
    prepared.push_back(prepare(one, request));
    tested.push_back({prepared.back().detector.get(), prepared.back().sensitive.get()});
    names.emplace_back(name_of(one.kind));
  }
  std::optional<evaluation::ErrorPictures> error_pictures;
  if (!errors.empty()) {
    error_pictures.emplace(errors, names, inputs);
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
    fmt::print("{} pictures with errors, and errors.csv, in {}\n",
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
      app.add_option(
             "--detector", command.detectors, "Face detector; may be repeated (default: blazeface)")
          ->check(CLI::IsMember(kDetectorChoices))
          ->allow_extra_args(false)
          ->group(group);
  command.model_option = app.add_option("--detector-model",
                                        command.models,
                                        "Model file of the preceding --detector; may be repeated")
                             ->type_name(kPath)
                             ->allow_extra_args(false)
                             ->group(group);
}

}  // namespace

void check_outputs_against(const CLI::App& command, const evaluation::LandmarkDataset& faces) {
  std::vector<std::filesystem::path> inputs;
  for (const evaluation::LabeledFace& face : faces.faces) inputs.push_back(face.image);
  check_output_options(command, inputs);
}

void print_skipped(const std::vector<std::string>& problems) {
  constexpr std::size_t kShown = 20;
  for (std::size_t i = 0; i < std::min(kShown, problems.size()); ++i) {
    std::fprintf(stderr, "skipped: %s\n", problems[i].c_str());
  }
  if (problems.size() > kShown) {
    std::fprintf(stderr, "skipped: %zu more\n", problems.size() - kShown);
  }
}

void add_evaluate_detector(CLI::App& evaluate) {
  auto command = std::make_shared<EvaluateDetectorCommand>();
  CLI::App* detector =
      evaluate.add_subcommand("detector", "Compare face detectors on annotated faces");
  command->app = detector;
  detector
      ->add_option("--dataset",
                   command->dataset,
                   "Annotated faces, FORMAT:PATH; FORMAT: 300w, 300w-lp, aflw, aflw2000, bioid, "
                   "dlib, fddb, jsonl, "
                   "wflw, wider, yale")
      ->required();
  detector->add_option("--iou", command->options.min_iou, "Minimum IoU for a match")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  detector
      ->add_option("--min-face",
                   command->options.min_face,
                   "Ignore faces whose height is below this fraction of the longer image side")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  detector
      ->add_option("--errors",
                   command->errors,
                   "Write pictures of missed and false detections to this folder")
      ->type_name(kFolder);
  add_setup_options(*detector, command->request);
  add_detector_choice(*detector, *command);
  add_json_option(*detector, command->json);
  detector->footer(
      "Matching: in order of decreasing score, each detection takes the unmatched face with the "
      "highest IoU.\nAverage precision: area under the precision-recall curve, all-point "
      "interpolation, from detections with\na score of at least 0.05 (from a second run with that "
      "threshold); everything else at the detector's own\nthreshold, or --score. Milliseconds: one "
      "thread, without decoding, detectors in turn. See\ndocs/detectors.md.");
  detector->callback([command] { command->run(); });
}

}  // namespace eyelid::app
