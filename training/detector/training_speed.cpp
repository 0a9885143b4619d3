// SPDX-License-Identifier: MIT
#include "training/detector/training_speed.hpp"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <vector>

#include "eyelid/core/error.hpp"
#include "eyelid/core/statistics.hpp"
#include "eyelid/synthesis/random.hpp"
#include "training/detector/optimizer.hpp"
#include "training/detector/training_step.hpp"

namespace eyelid::training {
namespace {

SampleBatch noise_with_faces(int size) {
  SampleBatch batch;
  batch.samples.resize(static_cast<std::size_t>(size));
  batch.assignments.resize(batch.samples.size());
  for (std::size_t i = 0; i < batch.samples.size(); i++) {
    synthesis::Random random(1, i);
    TrainingSample& sample = batch.samples[i];
    for (float& pixel : sample.pixels) pixel = random.uniform_f(-1.0, 1.0);
    LabeledFace face;
    face.box = {random.uniform_f(0, 60), random.uniform_f(0, 60), 50, 50};
    face.keypoints.fill(face.box.center());
    face.keypoint_weight.fill(1.0f);
    sample.faces.push_back(face);
    assign_anchors(sample, batch.assignments[i]);
  }
  return batch;
}

}  // namespace

TrainingSpeed measure_training_speed(NetworkKernels kernels,
                                     const std::string& device,
                                     int batch_size,
                                     int threads,
                                     double seconds) {
  EYELID_EXPECTS(batch_size > 0 && threads > 0);
  use_threads_of_torch(kernels, threads);
  DetectorNetwork network(1, kernels, torch::Device(device), threads);
  Optimizer optimizer(network, {});
  TrainingStep step(network, {}, batch_size, threads);
  const SampleBatch batch = noise_with_faces(batch_size);
  using Clock = std::chrono::steady_clock;
  std::vector<double> times_ms;
  Clock::time_point begin;
  std::clock_t cpu_begin = 0;
  for (int i = -2;
       times_ms.size() < 3 || std::chrono::duration<double>(Clock::now() - begin).count() < seconds;
       i++) {
    if (i == 0) {
      begin = Clock::now();
      cpu_begin = std::clock();
    }
    const auto start = Clock::now();
    step.run(batch);
    optimizer.step(1000000);  // ends with a number from the device: nothing is left running
    const double ms = std::chrono::duration<double, std::milli>(Clock::now() - start).count();
    if (i >= 0) times_ms.push_back(ms);
  }
  const double cpu_ms = 1000.0 * static_cast<double>(std::clock() - cpu_begin) / CLOCKS_PER_SEC;
  return {batch_size,
          static_cast<int>(times_ms.size()),
          *std::min_element(times_ms.begin(), times_ms.end()),
          median_of(times_ms),
          cpu_ms / static_cast<double>(times_ms.size())};
}

}  // namespace eyelid::training
