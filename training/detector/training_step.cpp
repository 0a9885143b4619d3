// SPDX-License-Identifier: MIT
#include "training/detector/training_step.hpp"

#include <tbb/parallel_for.h>
#include <torch/utils.h>

#include <algorithm>
#include <span>
#include <vector>

#include "eyelid/core/error.hpp"

namespace eyelid::training {

TrainingStep::TrainingStep(DetectorNetwork& network,
                           const LossOptions& options,
                           int batch_size,
                           int threads)
    : network_(network),
      options_(options),
      arena_(threads),
      pixels_(torch::empty({batch_size, 1, kDetectorSide, kDetectorSide})),
      gradient_(torch::empty({batch_size, kDetectorAnchors, kDetectorNumbers})) {}

LossParts TrainingStep::run(const SampleBatch& batch) {
  EYELID_EXPECTS(static_cast<std::int64_t>(batch.samples.size()) == pixels_.size(0));
  for (std::size_t i = 0; i < batch.samples.size(); i++) {
    const auto& pixels = batch.samples[i].pixels;
    std::copy(pixels.begin(), pixels.end(), pixels_.data_ptr<float>() + i * pixels.size());
  }
  const torch::Tensor outputs = network_.train(pixels_.to(network_.device()));
  const LossParts parts = loss(batch, outputs.detach().to(torch::kCPU).contiguous());
  outputs.backward(gradient_.to(network_.device()));
  return parts;
}

LossParts TrainingStep::loss(const SampleBatch& batch, const torch::Tensor& outputs) {
  const double divisor = loss_divisor(batch.assignments);
  std::vector<LossParts> parts(batch.samples.size());
  constexpr std::size_t kNumbers = std::size_t{kDetectorAnchors} * kDetectorNumbers;
  const float* output = outputs.data_ptr<float>();
  float* gradient = gradient_.data_ptr<float>();
  arena_.execute([&] {
    tbb::parallel_for(std::size_t{0}, parts.size(), [&](std::size_t i) {
      parts[i] = sample_loss(options_,
                             batch.samples[i],
                             batch.assignments[i],
                             divisor,
                             std::span(output + i * kNumbers, kNumbers),
                             std::span(gradient + i * kNumbers, kNumbers));
    });
  });
  LossParts sum;
  for (const LossParts& part : parts) {
    sum.classification += part.classification;
    sum.regression += part.regression;
    sum.distillation += part.distillation;
    sum.positives += part.positives;
  }
  return sum;
}

void use_threads_of_torch(NetworkKernels kernels, int threads) {
  torch::set_num_threads(kernels == NetworkKernels::Eyelid ? 1 : threads);
}

}  // namespace eyelid::training
