// SPDX-License-Identifier: MIT
#include <c10/util/Exception.h>

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

/// Adds an option whose help shows its default.
template <class Value>
CLI::Option* add(CLI::App& command, const char* name, Value& value, const char* description) {
  return command.add_option(name, value, description)->capture_default_str();
}

void add_run_options(CLI::App& command, DetectorTrainingOptions& o) {
  command.add_option("--out", o.folder, "Output folder for model, checkpoint and learning curve")
      ->required();
  add(command, "--samples", o.samples, "Training samples")->check(CLI::PositiveNumber);
  add(command, "--batch", o.batch_size, "Batch size")->check(CLI::Range(2, 4096));
  add(command, "--seed", o.seed, "Random seed");
  add(command, "--threads", o.threads, "Threads of the network; 0: all available processors")
      ->check(CLI::Range(0, 1024));
  add(command, "--loader-threads", o.loader_threads, "Threads that prepare samples")
      ->check(CLI::Range(1, 1024));
  command.add_option("--kernels", o.kernels, "eyelid or torch; only torch runs on a GPU")
      ->transform(CLI::CheckedTransformer(kKernels));
  add(command, "--device", o.device, "cpu, cuda or cuda:N");
  command.add_flag("--resume", o.resume, "Resume from the checkpoint in --out");
  command.add_option(
      "--start-from", o.start_from, "Start with the weights in the checkpoint of another run");
  add(command, "--checkpoint-minutes", o.checkpoint_minutes, "Minutes between checkpoints");
  add(command, "--steps-per-row", o.steps_per_row, "Steps between lines of progress")
      ->check(CLI::PositiveNumber);
  add(command,
      "--held-out-every",
      o.held_out_samples,
      "Samples between evaluations on held-out scenes; 0: only at the end")
      ->check(CLI::NonNegativeNumber);
  add(command, "--name", o.model_name, "Name of the model");
  add(command, "--model-version", o.model_version, "Version of the model");
}

void add_recipe_options(CLI::App& command, DetectorTrainingOptions& o) {
  auto& loss = o.loss;
  command.add_option("--classification", loss.classification, "focal or hard-negative")
      ->transform(CLI::CheckedTransformer(kClassifications));
  add(command, "--focal-gamma", loss.focal_gamma, "Gamma of the focal loss");
  add(command, "--focal-alpha", loss.focal_alpha, "Alpha of the focal loss");
  add(command, "--negatives", loss.negatives_per_positive, "Hard negatives per positive");
  add(command, "--regression-weight", loss.regression_weight, "Weight of the box regression");
  add(command, "--eye-weight", loss.eye_weight, "Weight of the eyes among the keypoints");
  add(command, "--smooth-l1-beta", loss.smooth_l1_beta, "Beta of the smooth L1 loss");
  add(command,
      "--distillation-weight",
      loss.distillation_weight,
      "Weight of the distillation loss");
  auto& step = o.optimizer;
  add(command, "--learning-rate", step.learning_rate, "Peak learning rate");
  add(command, "--weight-decay", step.weight_decay, "Weight decay");
  add(command, "--gradient-clip", step.gradient_clip, "Max gradient norm");
  add(command, "--average-decay", step.average_decay, "Decay of the saved average of the weights")
      ->check(CLI::Range(0.0, 0.999999));
  add(command, "--warm-up-steps", step.warm_up_steps, "Steps of learning rate warm-up");
  add(command, "--cosine-share", step.cosine_share, "Final fraction with learning rate decay")
      ->check(CLI::Range(0.01, 1.0));
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
  std::printf("stopped after %lld samples; use --resume to continue\n",
              static_cast<long long>(result.samples));
  return 130;
}

}  // namespace

int main(int argument_count, char** arguments) {
  CLI::App app{"Train the face detector of eyelid."};
  app.require_subcommand(1);
  CLI::App* detector =
      app.add_subcommand("detector", "Train BlazeFace front on grayscale pictures");
  DetectorTrainingOptions options;
  add_run_options(*detector, options);
  add_recipe_options(*detector, options);
  const auto open_data = eyelid::training::add_detector_data_options(*detector);
  CLI::App* speed =
      app.add_subcommand("speed", "Measure the training speed of the detector network alone");
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
    std::fprintf(stderr,
                 "eyelid-train: out of memory; expected enough for --batch %d\n",
                 options.batch_size);
  }
  return 1;
}
