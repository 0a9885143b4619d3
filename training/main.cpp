// SPDX-License-Identifier: MIT
#include <CLI/CLI.hpp>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <map>
#include <string>
#include <thread>

#include "eyelid/core/error.hpp"
#include "training/detector/detector_training.hpp"
#include "training/speed_command.hpp"

namespace {

using eyelid::training::Classification;
using eyelid::training::DetectorTrainingOptions;
using eyelid::training::NetworkKernels;

std::atomic<bool> stop_requested = false;
static_assert(std::atomic<bool>::is_always_lock_free);

extern "C" void request_stop(int signal_number) {
  stop_requested = true;
  std::signal(signal_number, SIG_DFL);  // a second one ends the program at once
}

const std::map<std::string, NetworkKernels> kKernels = {{"eyelid", NetworkKernels::Eyelid},
                                                        {"torch", NetworkKernels::Torch}};
const std::map<std::string, Classification> kClassifications = {
    {"focal", Classification::Focal}, {"hard-negative", Classification::HardNegative}};

void add_run_options(CLI::App& command, DetectorTrainingOptions& o) {
  command.add_option("--out", o.folder, "Folder for model, checkpoint and curve")->required();
  command.add_option("--samples", o.samples)->check(CLI::PositiveNumber)->capture_default_str();
  command.add_option("--batch", o.batch_size)->check(CLI::Range(2, 4096))->capture_default_str();
  command.add_option("--seed", o.seed)->capture_default_str();
  command.add_option("--threads", o.threads, "Of the network; 0 = all processors")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  command.add_option("--loader-threads", o.loader_threads, "That make samples ahead")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  command.add_option("--kernels", o.kernels, "eyelid or torch; only torch runs on a GPU")
      ->transform(CLI::CheckedTransformer(kKernels));
  command.add_option("--device", o.device, "cpu, cuda, cuda:1")->capture_default_str();
  command.add_flag("--resume", o.resume, "Go on from the checkpoint in --out");
  command.add_option("--start-from", o.start_from, "Checkpoint of another run to start from");
  command.add_option("--checkpoint-minutes", o.checkpoint_minutes)->capture_default_str();
  command.add_option("--steps-per-row", o.steps_per_row, "Steps between two lines of progress")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command
      .add_option("--held-out-every",
                  o.held_out_samples,
                  "Samples between two evaluations on held-out scenes; 0 = only at the end")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command.add_option("--name", o.model_name, "Of the model")->capture_default_str();
  command.add_option("--model-version", o.model_version)->capture_default_str();
}

void add_recipe_options(CLI::App& command, DetectorTrainingOptions& o) {
  auto& loss = o.loss;
  command.add_option("--classification", loss.classification, "focal or hard-negative")
      ->transform(CLI::CheckedTransformer(kClassifications));
  command.add_option("--focal-gamma", loss.focal_gamma)->capture_default_str();
  command.add_option("--focal-alpha", loss.focal_alpha)->capture_default_str();
  command.add_option("--negatives", loss.negatives_per_positive, "Per positive, hard-negative")
      ->capture_default_str();
  command.add_option("--regression-weight", loss.regression_weight)->capture_default_str();
  command.add_option("--eye-weight", loss.eye_weight, "Of the eyes among the keypoints")
      ->capture_default_str();
  command.add_option("--smooth-l1-beta", loss.smooth_l1_beta)->capture_default_str();
  command.add_option("--distillation-weight", loss.distillation_weight)->capture_default_str();
  auto& step = o.optimizer;
  command.add_option("--learning-rate", step.learning_rate)->capture_default_str();
  command.add_option("--weight-decay", step.weight_decay)->capture_default_str();
  command.add_option("--gradient-clip", step.gradient_clip)->capture_default_str();
  command.add_option("--average-decay", step.average_decay, "Of the weights that are kept")
      ->check(CLI::Range(0.0, 0.999999))
      ->capture_default_str();
  command.add_option("--warm-up-steps", step.warm_up_steps)->capture_default_str();
  command.add_option("--cosine-share", step.cosine_share, "Last part, of falling learning rate")
      ->check(CLI::Range(0.01, 1.0))
      ->capture_default_str();
}

int run_detector(DetectorTrainingOptions& options,
                 const eyelid::training::OpenDetectorData& open_data) {
  if (options.threads == 0) {
    options.threads = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  }
  options.stop = &stop_requested;
  options.report = [](const std::string& line) {
    std::printf("%s\n", line.c_str());
    std::fflush(stdout);
  };
  std::signal(SIGINT, request_stop);
  std::signal(SIGTERM, request_stop);
  const auto result = eyelid::training::train_detector(options, open_data(options.seed));
  if (result.is_complete) return 0;
  std::printf("stopped after %lld samples; --resume goes on\n",
              static_cast<long long>(result.samples));
  return 130;
}

}  // namespace

int main(int argument_count, char** arguments) {
  CLI::App app{"Trains the models of eyelid."};
  app.require_subcommand(1);
  CLI::App* detector = app.add_subcommand("detector", "BlazeFace front for gray pictures");
  DetectorTrainingOptions options;
  add_run_options(*detector, options);
  add_recipe_options(*detector, options);
  const auto open_data = eyelid::training::add_detector_data_options(*detector);
  CLI::App* speed = app.add_subcommand("speed", "Training speed of the detector's network alone");
  const auto run_speed = eyelid::training::add_speed_options(*speed);
  CLI11_PARSE(app, argument_count, arguments);
  for (int i = 0; i < argument_count; i++) {
    options.command += (i == 0 ? "" : " ") + std::string(i == 0 ? "eyelid-train" : arguments[i]);
  }
  try {
    if (!*speed) return run_detector(options, open_data);
    run_speed();
    return 0;
  } catch (const eyelid::Error& error) {
    std::fprintf(stderr, "eyelid-train: %s\n", error.what());
  } catch (const c10::Error& error) {
    std::fprintf(stderr, "eyelid-train: libtorch: %s\n", error.what_without_backtrace());
  } catch (const std::bad_alloc&) {
    std::fprintf(
        stderr, "eyelid-train: out of memory; expected room for --batch %d\n", options.batch_size);
  }
  return 1;
}
