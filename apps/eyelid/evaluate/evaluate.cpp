// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <CLI/App.hpp>

#include <memory>
#include <nlohmann/json.hpp>

#include "apps/command_line/json_output.hpp"
#include "apps/command_line/options.hpp"
#include "apps/command_line/output_option.hpp"
#include "apps/command_line/value_names.hpp"
#include "apps/eyelid/commands.hpp"
#include "apps/eyelid/evaluate/closure_figures.hpp"
#include "apps/eyelid/evaluate/evaluate_agreement.hpp"
#include "apps/eyelid/evaluate/evaluate_detector.hpp"
#include "apps/eyelid/evaluate/evaluate_presence.hpp"
#include "eyelid/evaluation/closure_comparison.hpp"
#include "eyelid/evaluation/landmark_evaluation.hpp"
#include "eyelid/pipeline/run_check.hpp"
#include "eyelid/pipeline/setup.hpp"

namespace eyelid::app {
namespace {

struct EvaluateClosureCommand {
  CLI::App* app = nullptr;
  std::filesystem::path truth;
  std::filesystem::path frames;
  std::filesystem::path json;

  void run() {
    const std::filesystem::path record = frames.parent_path() / "session.json";
    check_output_options(*app, {&record, 1});
    check_run();
    const evaluation::ClosureComparison comparison =
        evaluation::compare_closure_files(truth, frames);
    print_comparison(comparison);
    if (json.empty()) return;
    nlohmann::ordered_json object = json_head("evaluate closure");
    add_comparison(object, comparison);
    write_json(json, object);
  }

  /// A table that lies beside the session.json of another run has other closure than it says.
  void check_run() const {
    const std::filesystem::path folder = frames.parent_path();
    const std::string name = frames.filename().string();
    const std::optional<SessionSummary> session = pipeline::session_in(folder);
    if (session && session->run.sha256.contains(name)) {
      pipeline::check_same_run(folder, name, session);
    }
  }
};

void add_evaluate_closure(CLI::App& evaluate) {
  auto command = std::make_shared<EvaluateClosureCommand>();
  CLI::App* closure = command->app =
      evaluate.add_subcommand("closure", "Compare FEC and blinks with a known truth");
  closure->add_option("--truth", command->truth, "truth.csv of the session")
      ->type_name(kPath)
      ->required();
  closure->add_option("--frames", command->frames, "frames.csv written by `eyelid track`")
      ->type_name(kPath)
      ->required();
  add_json_option(*closure, command->json);
  closure->callback([command] { command->run(); });
}

nlohmann::ordered_json figure_json(const evaluation::MeanFigure& figure) {
  if (figure.count == 0) return nullptr;
  return figure.mean;
}

std::string figure_text(const evaluation::MeanFigure& figure) {
  if (figure.count == 0) return "- (no eyes)";
  const std::string interval =
      figure.half_interval ? fmt::format(" +- {:.4f}", *figure.half_interval) : "";
  return fmt::format("{:.4f}{} (n {})", figure.mean, interval, figure.count);
}

struct EvaluateLandmarksCommand {
  CLI::App* app = nullptr;
  std::string dataset;
  std::string boxes = "detector";
  double scale = 1.0;
  pipeline::SetupRequest request;
  std::filesystem::path json;

  void run();

 private:
  evaluation::LandmarkEvaluation evaluate(const evaluation::LandmarkDataset& faces,
                                          const pipeline::Setup& setup,
                                          const evaluation::LandmarkEvaluationOptions& options) {
    detection::FaceDetector* detector = boxes == "truth" ? nullptr : setup.detector.get();
    if (!setup.gpu) return evaluate_landmarks(faces, detector, setup.models, options);
    gpu::GpuEyeLandmarker landmarker = setup.gpu->make_landmarker();
    return evaluate_landmarks(
        faces,
        detector,
        [&](const FrameView& frame, const FaceBox& face, landmarks::PointCount) {
          return landmarker.locate(frame, face);
        },
        options);
  }
};

void EvaluateLandmarksCommand::run() {
  const evaluation::LandmarkDataset faces = evaluation::read_landmark_dataset(dataset);
  check_outputs_against(*app, faces);
  const pipeline::Setup setup = pipeline::make_setup(request);
  evaluation::LandmarkEvaluationOptions options;
  options.points = setup.tracker.points;
  options.detection_scale = scale;
  const evaluation::LandmarkEvaluation result = evaluate(faces, setup, options);
  print_skipped(faces.problems);
  print_skipped(result.problems);

  const evaluation::LandmarkAccuracy& accuracy = result.accuracy;
  fmt::print("{}: {} points, boxes from {}{}\n",
             faces.name,
             result.points,
             result.detector,
             scale < 1.0 ? fmt::format(" on pictures scaled by {:.2f}", scale) : "");
  fmt::print("  faces                {}   missed {}   untrusted {}\n",
             accuracy.faces,
             accuracy.missed,
             accuracy.doubtful);
  fmt::print("  NME                  {:.2f} %   median {:.2f} %   of the outer-eye distance\n",
             100.0 * accuracy.nme.mean,
             100.0 * accuracy.nme_median);
  fmt::print("  failure rate         {:.2f} %   (missed, or NME above {:.0f} %)\n",
             100.0 * accuracy.failure_rate,
             100.0 * accuracy.failure_limit);
  fmt::print("  EAR error, all       {}\n", figure_text(accuracy.ear_error));
  fmt::print("  EAR error, closed    {}\n", figure_text(accuracy.ear_error_closed));
  fmt::print("  EAR error, half open {}\n", figure_text(accuracy.ear_error_half_closed));
  fmt::print("  EAR error, open      {}\n", figure_text(accuracy.ear_error_open));
  if (accuracy.closed_auc) fmt::print("  AUC open vs. closed  {:.4f}\n", *accuracy.closed_auc);
  fmt::print("  ms per face          {:.3f}\n", result.ms_per_face);
  if (json.empty()) return;

  nlohmann::ordered_json object = json_head("evaluate landmarks");
  object["dataset"] = faces.name;
  nlohmann::ordered_json row = {
      {"model", fmt::format("landmarks {}", result.points)},
      {"detector", result.detector},
      {"points", result.points},
      {"detection_scale", result.detection_scale},
      {"faces", accuracy.faces},
      {"missed", accuracy.missed},
      {"not_trusted", accuracy.doubtful},
      {"nme", figure_json(accuracy.nme)},
      {"nme_median", accuracy.nme_median},
      {"failure_rate", accuracy.failure_rate},
      {"ear_mae", figure_json(accuracy.ear_error)},
      {"ear_mae_closed", figure_json(accuracy.ear_error_closed)},
      {"ear_mae_half_closed", figure_json(accuracy.ear_error_half_closed)},
      {"ear_mae_open", figure_json(accuracy.ear_error_open)},
      {"closed_eyes", accuracy.ear_error_closed.count},
      {"closed_auc", json_or_null(accuracy.closed_auc)},
      {"ms_per_face", result.ms_per_face}};
  object["results"] = nlohmann::ordered_json::array({row});
  write_json(json, object);
}

void add_evaluate_landmarks(CLI::App& evaluate) {
  auto command = std::make_shared<EvaluateLandmarksCommand>();
  CLI::App* landmarks = command->app =
      evaluate.add_subcommand("landmarks", "Compare landmarks with annotated faces");
  landmarks
      ->add_option("--dataset", command->dataset, "Annotated faces: 300w:FOLDER or wflw:FOLDER")
      ->required();
  landmarks
      ->add_option("--boxes",
                   command->boxes,
                   "Face boxes: from the detector, or from the annotation (truth)")
      ->check(CLI::IsMember({"detector", "truth"}))
      ->capture_default_str();
  landmarks
      ->add_option("--scale",
                   command->scale,
                   "Run the detector on pictures scaled by this factor; landmarks use full size")
      ->check(CLI::Range(0.05, 1.0))
      ->capture_default_str();
  add_setup_options(*landmarks, command->request);
  add_json_option(*landmarks, command->json);
  landmarks->callback([command] { command->run(); });
}

}  // namespace

void add_evaluate_command(CLI::App& app) {
  CLI::App* evaluate =
      app.add_subcommand("evaluate", "Measure errors against annotations or a known truth");
  evaluate->require_subcommand(1);
  add_evaluate_closure(*evaluate);
  add_evaluate_landmarks(*evaluate);
  add_evaluate_presence(*evaluate);
  add_evaluate_detector(*evaluate);
  add_evaluate_agreement(*evaluate);
}

}  // namespace eyelid::app
