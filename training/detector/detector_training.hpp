// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "eyelid/networks/blazeface_weights.hpp"
#include "training/detector/detector_data.hpp"
#include "training/detector/detector_loss.hpp"
#include "training/detector/network_kernels.hpp"
#include "training/detector/optimizer_options.hpp"

namespace eyelid::training {

struct DetectorTrainingOptions {
  std::filesystem::path folder;  // receives model, checkpoint, curve
  std::int64_t samples = 300000;
  int batch_size = 48;
  std::uint64_t seed = 1;
  int threads = 1;         // of the network
  int loader_threads = 1;  // that make samples ahead
  int batches_ahead = 4;
  NetworkKernels kernels = NetworkKernels::Eyelid;
  std::string device = "cpu";
  LossOptions loss;
  OptimizerOptions optimizer;
  bool resume = false;               // go on from the checkpoint in `folder`, if there is one
  std::filesystem::path start_from;  // another run's checkpoint; empty: random weights
  double checkpoint_minutes = 5.0;
  std::int64_t steps_per_row = 50;
  std::int64_t held_out_samples = 24000;  // between two evaluations; 0: only at the end
  std::string model_name = "eyelid-blazeface-gray";
  std::string model_version = "1";
  std::string command;  // for the model file
  /// Set from a signal handler: the run writes its checkpoint and ends.
  const std::atomic<bool>* stop = nullptr;
  std::function<void(const std::string& line)> report = [](const std::string&) {};
};

struct DetectorTrainingResult {
  bool is_complete = false;  // false: stopped
  std::int64_t samples = 0;
  networks::BlazeFaceWeights weights;  // averaged and folded
};

/// Trains BlazeFace front and writes blazeface_gray.safetensors (the averaged weights, also at
/// every checkpoint), checkpoint.safetensors, curve.csv and curve.svg.
///
/// On the CPU with NetworkKernels::Eyelid: the same bits for the same data, seed and options,
/// whatever the number of threads and interruptions. InputError: see the files' writers, and when
/// `folder` holds a run that is neither to be resumed nor finished.
DetectorTrainingResult train_detector(const DetectorTrainingOptions& options,
                                      const DetectorData& data);

}  // namespace eyelid::training
