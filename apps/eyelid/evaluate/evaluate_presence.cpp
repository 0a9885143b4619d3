// SPDX-License-Identifier: MIT
#include "apps/eyelid/evaluate/evaluate_presence.hpp"

#include <fmt/format.h>
#include <CLI/App.hpp>

#include <memory>
#include <nlohmann/json.hpp>

#include "apps/command_line/json_output.hpp"
#include "apps/command_line/options.hpp"
#include "apps/command_line/value_names.hpp"
#include "apps/eyelid/evaluate/evaluate_detector.hpp"
#include "eyelid/evaluation/eye_presence_evaluation.hpp"
#include "eyelid/landmarks/eye_landmarker.hpp"
#include "eyelid/pipeline/setup.hpp"

namespace eyelid::app {
namespace {

struct EvaluatePresenceCommand {
  CLI::App* app = nullptr;
  std::string dataset;
  pipeline::SetupRequest request;
  std::filesystem::path json;

  void run();
};

void EvaluatePresenceCommand::run() {
  const evaluation::LandmarkDataset faces = evaluation::read_landmark_dataset(dataset);
  check_outputs_against(*app, faces);
  request.device = pipeline::DeviceChoice::Cpu;
  const pipeline::Setup setup = pipeline::make_setup(request);
  landmarks::EyeLandmarker landmarker(setup.models);
  const evaluation::PresenceEvaluation result = evaluate_presence(
      faces, [&](const FrameView& frame, const FaceBox& face, landmarks::PointCount count) {
        return landmarker.locate(frame, face, count);
      });
  print_skipped(faces.problems);
  print_skipped(result.problems);
  fmt::print("{}: taken for eyes\n", faces.name);
  nlohmann::ordered_json object = json_head("evaluate presence");
  object["dataset"] = faces.name;
  const auto add = [&](const char* key, const char* text, const evaluation::KeptShare& share) {
    fmt::print("  {:<24} {:5} of {:5}   {:6.2f} %\n",
               text,
               share.kept,
               share.count,
               100.0 * share.share());
    object[key] = {{"count", share.count}, {"kept", share.kept}};
  };
  add("open_eyes", "open eyes", result.open_eyes);
  add("half_closed_eyes", "half closed eyes", result.half_closed);
  add("closed_eyes", "closed eyes", result.closed_eyes);
  add("background_places", "background places", result.places);
  add("background_eyes", "  each of their two eyes", result.place_eyes);
  if (!json.empty()) write_json(json, object);
}

}  // namespace

void add_evaluate_presence(CLI::App& evaluate) {
  auto command = std::make_shared<EvaluatePresenceCommand>();
  CLI::App* presence = command->app = evaluate.add_subcommand(
      "presence", "Count the eyes, and the places without one, that are taken for eyes");
  presence
      ->add_option("--dataset",
                   command->dataset,
                   "Annotated faces, alone in their pictures: 300w:FOLDER or wflw:FOLDER")
      ->required();
  presence
      ->add_option("--landmark-model",
                   command->request.landmark_models,
                   "Replaces the embedded model of its kind: eye finder, lid finder, or ensemble "
                   "with the same number of points")
      ->type_name(kPath);
  add_json_option(*presence, command->json);
  presence->callback([command] { command->run(); });
}

}  // namespace eyelid::app
