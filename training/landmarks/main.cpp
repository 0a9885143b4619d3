// SPDX-License-Identifier: MIT
#include <cstdio>
#include <exception>

#include <CLI/CLI.hpp>

#include "eyelid/core/error.hpp"
#include "training/landmarks/landmark_training.hpp"

namespace {

const std::map<std::string, eyelid::training::LandmarkModelKind> kKinds = {
    {"68", eyelid::training::LandmarkModelKind::Face},
    {"12", eyelid::training::LandmarkModelKind::BothEyes},
    {"6", eyelid::training::LandmarkModelKind::OneEye}};

}  // namespace

int main(int argument_count, char** arguments) {
  eyelid::training::LandmarkTrainingOptions options;
  std::string folder = "models";
  CLI::App app{"Trains the landmark models of eyelid on annotated photographs and rendered faces."};
  app.add_option("--dataset", options.datasets, "300w:FOLDER or wflw:FOLDER; may be repeated")
      ->required();
  app.add_option("--out", folder, "folder for the models")->capture_default_str();
  app.add_option("--model", options.kinds, "68, 12 (both eyes), 6 (one eye); default: all three")
      ->transform(CLI::CheckedTransformer(kKinds));
  app.add_option("--rendered", options.rendered_people, "rendered people, six pictures of each")
      ->capture_default_str();
  app.add_option("--hold-out", options.held_out_share, "share of the scenes not trained on")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 0.9));
  app.add_option("--seed", options.seed)->capture_default_str();
  app.add_option("--threads", options.threads, "0 = all processors")->capture_default_str();
  CLI11_PARSE(app, argument_count, arguments);
  try {
    eyelid::training::train_landmark_models(options, folder, [](const std::string& line) {
      std::printf("%s\n", line.c_str());
      std::fflush(stdout);
    });
  } catch (const eyelid::Error& error) {
    std::fprintf(stderr, "eyelid-train-landmarks: %s\n", error.what());
    return 1;
  }
  return 0;
}
