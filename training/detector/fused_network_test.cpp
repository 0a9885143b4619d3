// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "eyelid/compute/cpu_features.hpp"
#include "eyelid/core/image.hpp"
#include "eyelid/networks/blazeface_network.hpp"
#include "eyelid/synthesis/random.hpp"
#include "training/detector/detector_network.hpp"
#include "training/detector/fused_network.hpp"
#include "training/detector/kernels/blaze_training.hpp"
#include "training/detector/training_sample.hpp"

namespace eyelid::training {
namespace {

torch::Tensor noise(std::vector<std::int64_t> shape, std::uint64_t seed) {
  torch::Tensor tensor = torch::empty(shape);
  synthesis::Random random(seed, 0);
  float* numbers = tensor.data_ptr<float>();
  for (std::int64_t i = 0; i < tensor.numel(); i++) numbers[i] = random.uniform_f(-1.0, 1.0);
  return tensor;
}

/// Weights of a network that has learned something: no channel alike, gammas of both signs.
void disturb(DetectorNetwork& network) {
  const torch::NoGradGuard no_graph;
  network.parameters().add_(noise({network.parameters().numel()}, 5), 0.05);
}

/// Largest difference, relative to the largest number.
double difference(const torch::Tensor& a, const torch::Tensor& b) {
  return ((a - b).abs().max() / b.abs().max()).item<double>();
}

/// Output, statistics and gradients of every parameter after one pass and back.
struct Pass {
  torch::Tensor output, statistics;
  std::vector<torch::Tensor> gradients;

  /// `network(pixels, tensors, statistics)`
  template <class Network>
  Pass(int batch, Network network) {
    std::vector<torch::Tensor> tensors;
    const torch::Tensor flat = torch::tensor(initial_parameters(3));
    flat.add_(noise({flat.numel()}, 5), 0.05);  // gammas differ, betas are not 0
    for (const TensorSlice& slice : network_layout().parameters()) {
      tensors.push_back(flat.narrow(0,
                                    static_cast<std::int64_t>(slice.offset),
                                    static_cast<std::int64_t>(slice.count))
                            .view(slice.shape)
                            .detach()
                            .requires_grad_());
    }
    statistics = torch::tensor(initial_statistics());
    const torch::Tensor pixels = noise({batch, 1, kDetectorSide, kDetectorSide}, 1);
    const torch::Tensor result = network(pixels, tensors, statistics);
    result.backward(noise({batch, kDetectorAnchors, kDetectorNumbers}, 2));
    output = result.detach().clone();
    for (const torch::Tensor& tensor : tensors) gradients.push_back(tensor.grad());
  }
};

class FusedKernels : public testing::TestWithParam<int> {};  // batch size

TEST_P(FusedKernels, AgreeWithTorchInOutputsStatisticsAndEveryGradient) {
  const Pass expected(GetParam(), [](const auto& x, const auto& tensors, const auto& statistics) {
    return torch_network(x, tensors, statistics, true);
  });
  for (const kernels::TrainingKernels& variant : kernels::training_kernels()) {
    if ((variant.needs & compute::detected_cpu_features()) != variant.needs) continue;
    SCOPED_TRACE(variant.isa);
    FusedNetwork network(2, variant);
    const Pass pass(GetParam(), [&](const auto& x, const auto& tensors, const auto& statistics) {
      return network.train(x, tensors, statistics);
    });
    EXPECT_LT(difference(pass.output, expected.output), 1e-4);
    EXPECT_LT(difference(pass.statistics, expected.statistics), 1e-5);
    const std::vector<TensorSlice> slices = network_layout().parameters();
    for (std::size_t i = 0; i < slices.size(); i++) {
      EXPECT_LT(difference(pass.gradients[i], expected.gradients[i]), 2e-3) << slices[i].name;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(BatchSizes, FusedKernels, testing::Values(1, 3, 17));

TEST(FusedNetworkThreads, GiveTheSameBits) {
  const torch::Tensor pixels = noise({18, 1, kDetectorSide, kDetectorSide}, 1);
  const torch::Tensor gradient = noise({18, kDetectorAnchors, kDetectorNumbers}, 2);
  torch::Tensor outputs[2], gradients[2];
  for (int i = 0; i < 2; i++) {
    DetectorNetwork network(3, NetworkKernels::Eyelid, torch::kCPU, i == 0 ? 1 : 2);
    const torch::Tensor output = network.train(pixels);
    output.backward(gradient);
    outputs[i] = output.detach().clone();
    gradients[i] = network.gradients().clone();
  }
  EXPECT_TRUE(torch::equal(outputs[0], outputs[1]));
  EXPECT_TRUE(torch::equal(gradients[0], gradients[1]));
}

TEST(FoldedWeights, GiveOurEngineTheNumbersOfTheTrainedNetwork) {
  DetectorNetwork network(3, NetworkKernels::Eyelid, torch::kCPU, 1);
  disturb(network);
  for (int i = 0; i < 30; i++) network.train(noise({8, 1, kDetectorSide, kDetectorSide}, 10));
  GrayImage image(kDetectorSide, kDetectorSide);
  torch::Tensor pixels = torch::empty({1, 1, kDetectorSide, kDetectorSide});
  synthesis::Random random(4, 0);
  for (int i = 0; i < kDetectorSide * kDetectorSide; i++) {
    const auto gray = static_cast<std::uint8_t>(random.index(256));
    image.row(i / kDetectorSide)[i % kDetectorSide] = gray;
    pixels.data_ptr<float>()[i] = static_cast<float>(gray) / 127.5f - 1.0f;
  }
  const torch::Tensor expected = network.evaluate(pixels)[0].contiguous();

  networks::BlazeFaceNetwork engine(networks::pack_blazeface(
      folded_weights(numbers_of(network.parameters()), numbers_of(network.statistics()))));
  const networks::BlazeFaceLogits& logits = engine.run(image);
  for (int anchor = 0; anchor < kDetectorAnchors; anchor++) {
    const float* row = expected.data_ptr<float>() + anchor * kDetectorNumbers;
    const auto numbers = engine.box_numbers(anchor);
    ASSERT_NEAR(logits[static_cast<std::size_t>(anchor)], row[16], 1e-3) << anchor;
    for (std::size_t i = 0; i < 16; i++) ASSERT_NEAR(numbers[i], row[i], 1e-3) << anchor;
  }
}

TEST(NetworkLayout, HasTheParametersOfThePublicModelInGray) {
  const auto weights = folded_weights(initial_parameters(1), initial_statistics());
  std::size_t count = 0;
  networks::for_each_convolution(
      weights, [&](const std::string&, const networks::ConvolutionWeights& layer, const auto& s) {
        std::size_t expected = 1;
        for (const std::size_t size : s) expected *= size;
        EXPECT_EQ(layer.weights.size(), expected);
        EXPECT_EQ(layer.bias.size(), s[0]);
        count += layer.weights.size() + layer.bias.size();
      });
  EXPECT_EQ(count, 101390u - 24u * 25u * 2u);  // the figure is of the network for RGB
}

}  // namespace
}  // namespace eyelid::training
