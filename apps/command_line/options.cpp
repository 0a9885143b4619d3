// SPDX-License-Identifier: MIT
#include "apps/command_line/options.hpp"

#include <CLI/App.hpp>

#include "apps/command_line/output_option.hpp"
#include "apps/command_line/value_names.hpp"

namespace eyelid::app {

using compute::Precision;
using landmarks::PointCount;
using pipeline::DeviceChoice;

namespace {

constexpr const char* kSetupGroup = "Detector, landmarks, machine";

}  // namespace

CLI::Option* add_named(CLI::App& command,
                       const std::string& option,
                       const std::vector<std::string>& names,
                       const std::string& shown,
                       const std::function<void(const std::string&)>& read,
                       const std::string& description) {
  return command.add_option_function<std::string>(option, read, description)
      ->check(CLI::IsMember(names))
      ->default_str(shown);
}

OptionGroup::OptionGroup(CLI::App& command, const std::string& name)
    : defaults_(*command.option_defaults()), before_(defaults_.get_group()) {
  defaults_.group(name);
}

// NOLINTNEXTLINE(bugprone-exception-escape): the name was accepted before
OptionGroup::~OptionGroup() { defaults_.group(before_); }

void add_measurement_options(CLI::App& command, pipeline::SetupRequest& request) {
  const OptionGroup group(command, kSetupGroup);
  add_choice(command, "--detector", request.detector, kDetectorChoices, "Face detector");
  add_choice(command,
             "--landmarks",
             request.landmarks,
             {{"12", PointCount::Twelve}, {"68", PointCount::SixtyEight}},
             "Number of points to report: 12 (both eyes) or 68 (face)");
  command
      .add_option("--detector-model",
                  request.detector_model,
                  "BlazeFace: .safetensors, .tflite or .pth (default: embedded); MTCNN: "
                  ".safetensors, .pt or a folder with its three files (default: the model from "
                  "`eyelid model fetch mtcnn`)")
      ->type_name(kPath);
  command
      .add_option("--landmark-model",
                  request.landmark_models,
                  "Landmark model, .safetensors or dlib .dat; replaces the embedded model of its "
                  "kind: eye finder, lid finder, or ensemble with the same number of points")
      ->type_name(kPath);
  command
      .add_option("--upsample",
                  request.upsampling,
                  "HOG: double the frame size this many times, for faces smaller than 80 px")
      ->check(CLI::Range(0, 4))
      ->capture_default_str();
  add_choice(
      command,
      "--device",
      request.device,
      {{"auto", DeviceChoice::Auto}, {"cpu", DeviceChoice::Cpu}, {"cuda", DeviceChoice::Cuda}},
      "Processor to run on");
  add_choice(
      command,
      "--precision",
      request.precision,
      {{"auto", std::nullopt},
       {"f32", Precision::F32},
       {"bf16", Precision::Bf16},
       {"int8", Precision::Int8},
       {"f16", Precision::F16}},
      "Precision of the detector network; bf16 and int8 on the CPU only, f16 on the GPU "
      "only; auto: the fastest whose closure is known to be that of f32, on every processor the "
      "same one, today f32 itself");
  command
      .add_option("--detect-every",
                  request.detect_every,
                  "Run the detector on every Nth frame and follow the face by its landmarks in "
                  "between (default: 1 for blazeface, frame rate / 50 for hog and mtcnn)")
      ->check(CLI::Range(1, 100000));
  command
      .add_option("--score",
                  request.score_threshold,
                  "Minimum detector score (default: 0.5; mtcnn 0.7; hog in track and live 0.35)")
      ->check(CLI::Range(0.001, 1.0));
}

void add_setup_options(CLI::App& command, pipeline::SetupRequest& request) {
  add_measurement_options(command, request);
  const OptionGroup group(command, kSetupGroup);
  add_threads_option(command, request.threads)
      ->description(
          "Worker threads, at most 4 per processor (default: all available processors); decoding "
          "has "
          "its own");
  command
      .add_option("--batch",
                  request.batch,
                  "Groups of frames processed at once (default: 4 per thread); with cuda: frames "
                  "per batch")
      ->check(CLI::Range(1, 4096));
}

CLI::Option* add_threads_option(CLI::App& command, std::optional<int>& threads) {
  return command
      .add_option("--threads",
                  threads,
                  "Worker threads, at most 4 per processor (default: all available processors)")
      ->check(CLI::Range(1, 1024));
}

void add_subject_options(CLI::App& command, Calibration& conditions) {
  command.add_option("--subject", conditions.subject, "Subject, saved with the calibration");
  command
      .add_option("--glasses",
                  conditions.glasses,
                  "Whether the subject wears glasses, saved with the calibration")
      ->check(CLI::IsMember({"yes", "no"}));
  command.add_option(
      "--distance", conditions.distance, "Camera-to-face distance, saved with the calibration");
}

void add_condition_options(CLI::App& command, Calibration& conditions) {
  add_subject_options(command, conditions);
  command.add_option("--camera", conditions.camera, "Camera, saved with the calibration");
}

void add_json_option(CLI::App& command, std::filesystem::path& json) {
  add_output_option(command, "--json", json, "Also write the results to FILE as JSON");
}

void add_html_option(CLI::App& command, std::filesystem::path& html) {
  add_output_option(command, "--html", html, "Also write a page with tables and plots to FILE");
}

}  // namespace eyelid::app
