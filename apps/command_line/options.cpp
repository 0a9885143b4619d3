// SPDX-License-Identifier: MIT
#include "apps/command_line/options.hpp"

#include <CLI/App.hpp>

namespace eyelid::app {

void add_setup_options(CLI::App& command, pipeline::SetupRequest& request) {
  const std::string group = "Detector, landmarks, machine";
  command
      .add_option("--detector", request.detector, "blazeface, hog or mtcnn (default: blazeface)")
      ->check(CLI::IsMember({"blazeface", "hog", "mtcnn"}))
      ->group(group);
  command.add_option("--landmarks", request.landmarks, "Points to report: 12 (both eyes) or 68")
      ->check(CLI::IsMember({12, 68}))
      ->capture_default_str()
      ->group(group);
  command
      .add_option("--detector-model",
                  request.detector_model,
                  "BlazeFace: .safetensors, .tflite or .pth; MTCNN: .safetensors, .pt or a folder "
                  "of its three files (default: what `eyelid model fetch mtcnn` left)")
      ->group(group);
  command
      .add_option("--landmark-model",
                  request.landmark_models,
                  "Landmark model: .safetensors or dlib .dat; replaces the embedded one with as "
                  "many points")
      ->group(group);
  command
      .add_option("--upsample",
                  request.upsampling,
                  "HOG: double the frame this many times first, for faces below 80 px")
      ->check(CLI::Range(0, 4))
      ->capture_default_str()
      ->group(group);
  command.add_option("--device", request.device, "auto, cpu or cuda")
      ->check(CLI::IsMember({"auto", "cpu", "cuda"}))
      ->capture_default_str()
      ->group(group);
  command.add_option("--precision", request.precision, "f32, bf16 or int8; with cuda f32 or f16")
      ->check(CLI::IsMember({"f32", "bf16", "int8", "f16"}))
      ->capture_default_str()
      ->group(group);
  command
      .add_option("--threads",
                  request.threads,
                  "Worker threads (default: every processor allowed); decoding has its own")
      ->check(CLI::Range(0, 1024))
      ->group(group);
  command
      .add_option(
          "--batch", request.batch, "Groups of frames in flight at once (default: 4 per thread)")
      ->check(CLI::Range(0, 4096))
      ->group(group);
  command
      .add_option("--detect-every",
                  request.detect_every,
                  "Detect on every n-th frame, carry the box by the landmarks in between "
                  "(default: 1 for blazeface, fps / 50 for hog and mtcnn)")
      ->check(CLI::Range(0, 100000))
      ->group(group);
  command
      .add_option(
          "--score",
          request.score_threshold,
          "Least detector score of a face, 0 .. 1 (default: 0.5; mtcnn 0.7; hog in track 0.35)")
      ->check(CLI::Range(0.0, 1.0))
      ->group(group);
}

void add_json_option(CLI::App& command, std::filesystem::path& json) {
  command.add_option("--json", json, "Also write the figures to FILE as JSON");
}

}  // namespace eyelid::app
