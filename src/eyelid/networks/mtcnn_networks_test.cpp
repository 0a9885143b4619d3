// SPDX-License-Identifier: MIT
// The three networks against their definition, written out in double precision.
#include "eyelid/networks/mtcnn_networks.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <limits>
#include <random>
#include <vector>

#include "eyelid/compute/cpu_features.hpp"
#include "eyelid/core/error.hpp"
#include "eyelid/kernels/convolution/convolution.hpp"
#include "random_mtcnn.hpp"

namespace eyelid::networks {
namespace {

/// A map of channels of width x height numbers.
struct Map {
  Map(int c, int h, int w) : channels(c), height(h), width(w) {
    values.resize(static_cast<std::size_t>(c) * static_cast<std::size_t>(h * w));
  }
  double& at(int c, int y, int x) {
    return values[static_cast<std::size_t>((c * height + y) * width + x)];
  }
  double at(int c, int y, int x) const { return const_cast<Map*>(this)->at(c, y, x); }
  int channels, height, width;
  std::vector<double> values;
};

Map convolved(const Map& input, const MtcnnLayer& layer, const MtcnnLayerShape& shape) {
  const int window = static_cast<int>(shape.window), outputs = static_cast<int>(shape.outputs);
  Map output(outputs, input.height - window + 1, input.width - window + 1);
  for (int o = 0; o < outputs; o++) {
    for (int y = 0; y < output.height; y++) {
      for (int x = 0; x < output.width; x++) {
        double sum = static_cast<double>(layer.bias[static_cast<std::size_t>(o)]);
        for (int k = 0; k < input.channels; k++) {
          for (int tap = 0; tap < window * window; tap++) {
            const int weight = (o * input.channels + k) * window * window + tap;
            sum += static_cast<double>(layer.weights[static_cast<std::size_t>(weight)]) *
                   input.at(k, y + tap / window, x + tap % window);
          }
        }
        if (!layer.slopes.empty() && sum < 0.0) {
          sum *= static_cast<double>(layer.slopes[static_cast<std::size_t>(o)]);
        }
        output.at(o, y, x) = sum;
      }
    }
  }
  return output;
}

/// Windows of `size` with stride 2, cut off at the edge.
Map pooled(const Map& input, int size) {
  Map output(input.channels, (input.height - size + 1) / 2 + 1, (input.width - size + 1) / 2 + 1);
  for (int c = 0; c < output.channels; c++) {
    for (int y = 0; y < output.height; y++) {
      for (int x = 0; x < output.width; x++) {
        double largest = -std::numeric_limits<double>::infinity();
        for (int v = 2 * y; v < std::min(2 * y + size, input.height); v++) {
          for (int u = 2 * x; u < std::min(2 * x + size, input.width); u++) {
            largest = std::max(largest, input.at(c, v, u));
          }
        }
        output.at(c, y, x) = largest;
      }
    }
  }
  return output;
}

Map random_picture(std::mt19937& random, int height, int width) {
  std::uniform_real_distribution<float> pixel(-1.0f, 1.0f);
  Map picture(1, height, width);
  for (double& value : picture.values) value = static_cast<double>(pixel(random));
  return picture;
}

/// All heads of a network, one behind the other: the logit first.
std::vector<double> heads(const Map& features,
                          std::span<const MtcnnLayer> layers,
                          std::span<const MtcnnLayerShape> shapes,
                          int y,
                          int x) {
  std::vector<double> numbers;
  for (std::size_t i = 0; i < layers.size(); i++) {
    const Map head = convolved(features, layers[i], shapes[i]);
    for (int c = 0; c < head.channels; c++) numbers.push_back(head.at(c, y, x));
  }
  numbers[1] -= numbers[0];
  numbers.erase(numbers.begin());
  return numbers;
}

std::vector<double> expected_of_crop(const MtcnnWeights& weights, const Map& crop, bool is_output) {
  const std::array<int, 5> pools =
      is_output ? std::array<int, 5>{3, 3, 2, 0, 0} : std::array<int, 5>{3, 3, 0, 0, -1};
  std::span<const MtcnnLayer> layers = weights.rnet;
  std::span<const MtcnnLayerShape> shapes = kRefinementLayers;
  if (is_output) {
    layers = weights.onet;
    shapes = kOutputLayers;
  }
  Map map = crop;
  std::size_t i = 0;
  for (; i < pools.size() && pools[i] >= 0; i++) {
    map = convolved(map, layers[i], shapes[i]);
    if (pools[i] > 0) map = pooled(map, pools[i]);
  }
  return heads(map, layers.subspan(i), shapes.subspan(i), 0, 0);
}

class MtcnnNetworks : public ::testing::TestWithParam<kernels::ConvolutionKernels> {
 protected:
  void SetUp() override {
    if ((GetParam().needs & compute::detected_cpu_features()) != GetParam().needs) {
      GTEST_SKIP() << "this processor lacks " << GetParam().isa;
    }
  }
  MtcnnWeights weights_ = random_mtcnn(3);
};

TEST_P(MtcnnNetworks, ProposalsEqualTheDefinitionForEvenAndOddSizes) {
  ProposalNetwork network(pack_mtcnn(weights_), GetParam());
  std::mt19937 random(8);
  for (const auto& [width, height] :
       {std::pair(12, 12), {13, 12}, {12, 13}, {15, 22}, {30, 31}, {77, 40}, {50, 27}, {101, 19}}) {
    const Map picture = random_picture(random, height, width);
    std::vector<MtcnnProposal> proposals;
    const auto write_row = [&picture](int y, float* even, float* odd) {
      for (int x = 0; x < picture.width; x++) {
        (x % 2 == 0 ? even : odd)[x / 2] = static_cast<float>(picture.at(0, y, x));
      }
    };
    const float everything = -std::numeric_limits<float>::infinity();
    network.run(width, height, write_row, everything, proposals);

    Map map = pooled(convolved(picture, weights_.pnet[0], kProposalLayers[0]), 2);
    map = convolved(map, weights_.pnet[1], kProposalLayers[1]);
    map = convolved(map, weights_.pnet[2], kProposalLayers[2]);
    ASSERT_EQ(proposals.size(), static_cast<std::size_t>(map.width * map.height));
    const Map logits = convolved(map, weights_.pnet[3], kProposalLayers[3]);
    const Map corrections = convolved(map, weights_.pnet[4], kProposalLayers[4]);
    std::size_t i = 0;
    for (int y = 0; y < map.height; y++) {
      for (int x = 0; x < map.width; x++, i++) {
        ASSERT_EQ(proposals[i].x, x);
        ASSERT_EQ(proposals[i].y, y);
        ASSERT_NEAR(proposals[i].logit, logits.at(1, y, x) - logits.at(0, y, x), 1e-4)
            << width << "x" << height << " at " << x << ", " << y;
        for (int k = 0; k < 4; k++) {
          ASSERT_NEAR(
              proposals[i].correction[static_cast<std::size_t>(k)], corrections.at(k, y, x), 1e-4);
        }
      }
    }
    const std::size_t all = proposals.size();
    network.run(width, height, write_row, std::numeric_limits<float>::infinity(), proposals);
    EXPECT_EQ(proposals.size(), all) << "a threshold keeps the others out";
  }
  std::vector<MtcnnProposal> none;
  network.run(
      11, 40, [](int, float*, float*) { FAIL() << "no row is needed"; }, 0.0f, none);
  EXPECT_TRUE(none.empty());
}

TEST_P(MtcnnNetworks, CropsEqualTheDefinitionInAnyNumber) {
  const auto packed = pack_mtcnn(weights_);
  std::mt19937 random(9);
  for (const bool is_output : {false, true}) {
    CropNetwork network(
        is_output ? CropNetwork::Kind::Output : CropNetwork::Kind::Refinement, packed, GetParam());
    const int size = network.input_px();
    std::vector<Map> crops;
    std::vector<std::vector<double>> expected;
    for (int i = 0; i < network.max_crops(); i++) {
      crops.push_back(random_picture(random, size, size));
      expected.push_back(expected_of_crop(weights_, crops.back(), is_output));
    }
    for (int count = network.max_crops(); count >= 1; count--) {
      for (int i = 0; i < count; i++) {
        const std::vector<double>& pixels = crops[static_cast<std::size_t>(i)].values;
        for (std::size_t p = 0; p < pixels.size(); p++) {
          network.input()[p * static_cast<std::size_t>(count) + static_cast<std::size_t>(i)] =
              static_cast<float>(pixels[p]);
        }
      }
      const auto results = network.run(count);
      ASSERT_EQ(results.size(), static_cast<std::size_t>(count));
      for (std::size_t i = 0; i < results.size(); i++) {
        ASSERT_NEAR(results[i].logit, expected[i][0], 2e-4) << i << " of " << count;
        for (std::size_t k = 0; k < 4; k++) {
          ASSERT_NEAR(results[i].correction[k], expected[i][1 + k], 2e-4) << i << " of " << count;
        }
        for (std::size_t k = 0; is_output && k < 10; k++) {
          ASSERT_NEAR(results[i].points[k], expected[i][5 + k], 2e-4) << i << " of " << count;
        }
      }
    }
    EXPECT_THROW(network.run(0), ContractError);
    EXPECT_THROW(network.run(network.max_crops() + 1), ContractError);
  }
}

INSTANTIATE_TEST_SUITE_P(All,
                         MtcnnNetworks,
                         ::testing::ValuesIn(kernels::convolution_kernels().begin(),
                                             kernels::convolution_kernels().end()),
                         [](const auto& test) { return std::string(test.param.isa); });

}  // namespace
}  // namespace eyelid::networks
