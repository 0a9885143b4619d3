// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <CLI/App.hpp>

#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "apps/command_line/detector_trainer.hpp"
#include "apps/command_line/value_names.hpp"
#include "apps/eyelid/commands.hpp"
#include "eyelid/core/error.hpp"
#include "eyelid/files/interruption.hpp"
#include "eyelid/pipeline/setup.hpp"
#include "training/landmarks/landmark_training.hpp"
#include "training/landmarks/presence_training.hpp"

namespace eyelid::app {
namespace {

const std::map<std::string, training::LandmarkModelKind> kKinds = {
    {"22", training::LandmarkModelKind::EyeRegion},
    {"68", training::LandmarkModelKind::Face},
    {"6", training::LandmarkModelKind::OneEye}};

constexpr const char* kDatasetHelp =
    "Annotated faces: 300w:FOLDER or wflw:FOLDER; may be repeated (default: rendered people only)";

struct TrainLandmarksCommand {
  training::LandmarkTrainingOptions options;
  std::filesystem::path folder;

  void run() {
    options.detector = pipeline::make_setup({}).detector;
    training::train_landmark_models(options, folder, [](const std::string& line) {
      files::throw_if_interrupted();
      fmt::print("{}\n", line);
      std::fflush(stdout);
    });
  }
};

void add_landmarks(CLI::App& train) {
  auto command = std::make_shared<TrainLandmarksCommand>();
  CLI::App* landmarks = train.add_subcommand(
      "landmarks", "Train the ensembles of regression trees on annotated and rendered faces");
  training::LandmarkTrainingOptions& options = command->options;
  landmarks->add_option("--dataset", options.datasets, kDatasetHelp);
  landmarks->add_option("--out", command->folder, "Output folder for the models")
      ->type_name(kFolder)
      ->required();
  const auto read_kinds = [&options](const std::vector<std::string>& names) {
    options.kinds.clear();
    for (const std::string& name : names) options.kinds.push_back(kKinds.at(name));
  };
  landmarks
      ->add_option_function<std::vector<std::string>>(
          "--model",
          read_kinds,
          "Model to train: 22 (eyes in a box), 68 (face) or 6 (one eye); may "
          "be repeated (default: all)")
      ->check(CLI::IsMember({"22", "68", "6"}));
  landmarks
      ->add_option(
          "--rendered", options.rendered_people, "Number of rendered people, 6 pictures each")
      ->check(CLI::Range(0, 100000))
      ->capture_default_str();
  landmarks
      ->add_option("--hold-out",
                   options.held_out_share,
                   "Fraction of the scenes held out to measure the errors")
      ->check(CLI::Range(0.0, 0.9))
      ->capture_default_str();
  landmarks->add_option("--fold", options.fold, "Index of the held-out fraction: 0, 1, ...")
      ->check(CLI::Range(0, 1000))
      ->capture_default_str();
  landmarks->add_option("--seed", options.seed, "Seed; the same seed gives the same bytes")
      ->capture_default_str();
  landmarks
      ->add_option(
          "--threads", options.threads, "Worker threads (default: all available processors)")
      ->check(CLI::Range(0, 1024));
  landmarks->callback([command] { command->run(); });
}

struct TrainPresenceCommand {
  training::PresenceTrainingOptions options;
  std::filesystem::path folder;

  void run() const {
    training::train_presence_model(options, folder, [](const std::string& line) {
      fmt::print("{}\n", line);
      std::fflush(stdout);
    });
  }
};

void add_presence(CLI::App& train) {
  auto command = std::make_shared<TrainPresenceCommand>();
  CLI::App* presence = train.add_subcommand(
      "presence", "Train the ensemble that tells whether an eye is in the picture");
  training::PresenceTrainingOptions& options = command->options;
  presence->add_option("--dataset", options.datasets, kDatasetHelp);
  presence
      ->add_option("--eyes",
                   options.eye_pictures,
                   "Folder of single eyes with labels.csv (file, subject, state)")
      ->type_name(kFolder);
  presence->add_option("--out", command->folder, "Output folder for the model")
      ->type_name(kFolder)
      ->required();
  presence
      ->add_option(
          "--rendered", options.rendered_people, "Number of rendered people, 4 pictures each")
      ->check(CLI::Range(0, 100000))
      ->capture_default_str();
  presence
      ->add_option("--hold-out",
                   options.held_out_share,
                   "Fraction of the scenes and people held out to measure on")
      ->check(CLI::Range(0.0, 0.9))
      ->capture_default_str();
  presence->add_option("--fold", options.fold, "Index of the held-out fraction: 0, 1, ...")
      ->check(CLI::Range(0, 1000))
      ->capture_default_str();
  presence->add_option("--seed", options.seed, "Seed; the same seed gives the same bytes")
      ->capture_default_str();
  presence
      ->add_option(
          "--threads", options.threads, "Worker threads (default: all available processors)")
      ->check(CLI::Range(0, 1024));
  presence->callback([command] { command->run(); });
}

}  // namespace

void add_train_command(CLI::App& app) {
  CLI::App* train = app.add_subcommand("train", "Train the models on annotated pictures");
  train->require_subcommand(1);
  add_landmarks(*train);
  add_presence(*train);
  CLI::App* detector = train->add_subcommand(
      "detector", "Train BlazeFace; runs eyelid-train, see `eyelid-train detector --help`");
  detector->prefix_command();
  detector->set_help_flag();
  detector->callback([detector] { run_detector_trainer("detector", detector->remaining()); });
}

}  // namespace eyelid::app
