// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "eyelid/compute/cpu_features.hpp"
#include "eyelid/core/error.hpp"
#include "eyelid/kernels/convolution/convolution.hpp"
#include "eyelid/networks/point_network.hpp"
#include "random_point_network.hpp"
#include "refusal.hpp"

namespace eyelid::networks {
namespace {

using testing::refusal_of;

GrayImage random_patch(const PointNetworkShape& shape, std::uint32_t seed) {
  std::mt19937 random(seed);
  GrayImage patch(shape.width, shape.height);
  for (int y = 0; y < patch.height(); y++) {
    for (int x = 0; x < patch.width(); x++) {
      patch.row(y)[x] = static_cast<std::uint8_t>(random() % 256);
    }
  }
  return patch;
}

/// The network by its definition, in double precision.
std::vector<double> definition(const PointNetworkWeights& weights, const GrayImage& patch) {
  double sum = 0.0, squares = 0.0;
  std::vector<double> map;
  for (int y = 0; y < patch.height(); y++) {
    for (int x = 0; x < patch.width(); x++) map.push_back(patch.row(y)[x]);
  }
  for (const double level : map) {
    sum += level;
    squares += level * level;
  }
  const auto count = static_cast<double>(map.size());
  const double mean = sum / count;
  const double deviation = std::sqrt(squares / count - mean * mean);
  for (double& level : map) level = (level - mean) / (deviation + 5.1);
  auto width = static_cast<std::size_t>(patch.width());
  auto height = static_cast<std::size_t>(patch.height());
  for (std::size_t i = 0; i < weights.convolutions.size(); i++) {
    const PointConvolution& shape = weights.shape->convolutions[i];
    const PointLayer& layer = weights.convolutions[i];
    std::vector<double> next;
    for (std::size_t o = 0; o < shape.outputs; o++) {
      for (std::size_t y = 0; y + shape.window <= height; y += shape.stride) {
        for (std::size_t x = 0; x + shape.window <= width; x += shape.stride) {
          double value = layer.bias[o];
          for (std::size_t c = 0; c < shape.inputs; c++) {
            for (std::size_t dy = 0; dy < shape.window; dy++) {
              for (std::size_t dx = 0; dx < shape.window; dx++) {
                value +=
                    layer
                        .weights[((o * shape.inputs + c) * shape.window + dy) * shape.window + dx] *
                    map[(c * height + y + dy) * width + x + dx];
              }
            }
          }
          next.push_back(std::max(value, 0.0));
        }
      }
    }
    width = (width - shape.window) / shape.stride + 1;
    height = (height - shape.window) / shape.stride + 1;
    EXPECT_EQ(width, shape.width);
    EXPECT_EQ(height, shape.height);
    map = std::move(next);
  }
  for (std::size_t i = 0; i < weights.denses.size(); i++) {
    const PointDense& shape = weights.shape->denses[i];
    EXPECT_EQ(map.size(), shape.inputs);
    std::vector<double> next;
    for (std::size_t o = 0; o < shape.outputs; o++) {
      double value = weights.denses[i].bias[o];
      for (std::size_t k = 0; k < shape.inputs; k++) {
        value += weights.denses[i].weights[o * shape.inputs + k] * map[k];
      }
      next.push_back(i == 0 ? std::max(value, 0.0) : value);
    }
    map = std::move(next);
  }
  return map;
}

std::vector<Point> run(PointNetwork network,
                       const PointNetworkShape& shape,
                       const GrayImage& patch) {
  std::vector<Point> points(shape.points());
  network.run(patch, points);
  return points;
}

class PointNetworks : public ::testing::TestWithParam<const PointNetworkShape*> {};
INSTANTIATE_TEST_SUITE_P(Both,
                         PointNetworks,
                         ::testing::Values(&kEyeFinder, &kLidFinder),
                         [](const auto& shape) {
                           return shape.param == &kEyeFinder ? "EyeFinder" : "LidFinder";
                         });

TEST_P(PointNetworks, AreWhatTheirWeightsDefine) {
  const PointNetworkShape& shape = *GetParam();
  const PointNetworkWeights weights = random_point_network(shape, 1);
  PointNetwork network(pack_point_network(weights));
  std::vector<Point> points(shape.points());
  for (const std::uint32_t seed : {2u, 3u}) {  // twice: nothing is left of the first
    const GrayImage patch = random_patch(shape, seed);
    network.run(patch, points);
    const std::vector<double> expected = definition(weights, patch);
    ASSERT_EQ(expected.size(), 2 * points.size());
    for (std::size_t i = 0; i < points.size(); i++) {
      EXPECT_NEAR(points[i].x, expected[2 * i], 2e-5);
      EXPECT_NEAR(points[i].y, expected[2 * i + 1], 2e-5);
    }
  }
}

TEST_P(PointNetworks, GiveTheSameBitsOnEveryInstructionSet) {
  const PointNetworkShape& shape = *GetParam();
  const auto packed = pack_point_network(random_point_network(shape, 4));
  const GrayImage patch = random_patch(shape, 5);
  const auto variants = kernels::convolution_kernels();
  const auto scalar = run(PointNetwork(packed, 1, variants.scalar()), shape, patch);
  for (const kernels::ConvolutionKernels& variant : variants) {
    if ((variant.needs & compute::detected_cpu_features()) != variant.needs) continue;
    const auto points = run(PointNetwork(packed, 1, variant), shape, patch);
    for (std::size_t i = 0; i < points.size(); i++) {
      EXPECT_EQ(points[i].x, scalar[i].x) << variant.isa << " point " << i;
      EXPECT_EQ(points[i].y, scalar[i].y) << variant.isa << " point " << i;
    }
  }
}

TEST_P(PointNetworks, GiveTheSameBitsOfTwoPatchesAtOnce) {
  const PointNetworkShape& shape = *GetParam();
  const auto packed = pack_point_network(random_point_network(shape, 9));
  const GrayImage first = random_patch(shape, 10), second = random_patch(shape, 11);
  for (const kernels::ConvolutionKernels& variant : kernels::convolution_kernels()) {
    if ((variant.needs & compute::detected_cpu_features()) != variant.needs) continue;
    PointNetwork network(packed, 2, variant);
    std::vector<Point> both(2 * shape.points()), again(shape.points());
    const std::array<FrameView, 2> patches = {first, second};
    network.run(patches, both);
    network.run(second, again);  // nothing is left of the pair
    std::vector<Point> expected = run(PointNetwork(packed, 1, variant), shape, first);
    const std::vector<Point> alone = run(PointNetwork(packed, 1, variant), shape, second);
    EXPECT_EQ(again, alone) << variant.isa;
    expected.insert(expected.end(), alone.begin(), alone.end());
    EXPECT_EQ(both, expected) << variant.isa;
  }
}

TEST_P(PointNetworks, AnswerFlatPatchesWithNumbers) {
  const PointNetworkShape& shape = *GetParam();
  const auto packed = pack_point_network(random_point_network(shape, 6));
  for (const int level : {0, 128, 255}) {
    GrayImage patch(shape.width, shape.height);
    for (int y = 0; y < patch.height(); y++) {
      std::fill_n(patch.row(y), patch.width(), static_cast<std::uint8_t>(level));
    }
    for (const Point p : run(PointNetwork(packed), shape, patch)) {
      EXPECT_TRUE(is_finite(p.x) && is_finite(p.y));
    }
  }
}

TEST_P(PointNetworks, ComeBackFromTheirFiles) {
  const PointNetworkShape& shape = *GetParam();
  const PointNetworkWeights weights = random_point_network(shape, 7);
  const std::vector<std::byte> bytes = point_network_to_safetensors(weights);
  EXPECT_EQ(point_network_shape(bytes, "made here"), &shape);
  const PointNetworkWeights back = load_point_network(shape, bytes, "made here");
  EXPECT_EQ(back.name, "random");
  EXPECT_EQ(point_network_to_safetensors(back), bytes);
  for (std::size_t i = 0; i < weights.convolutions.size(); i++) {
    EXPECT_EQ(back.convolutions[i].weights, weights.convolutions[i].weights);
  }
  const PointNetworkShape& other = &shape == &kEyeFinder ? kLidFinder : kEyeFinder;
  EXPECT_NE(refusal_of([&] { load_point_network(other, bytes, "made here"); }), "");
}

TEST_P(PointNetworks, AreRefusedInOneSentence) {
  const PointNetworkShape& shape = *GetParam();
  PointNetworkWeights weights = random_point_network(shape, 8);
  weights.denses[1].bias[3] = std::numeric_limits<float>::quiet_NaN();
  const auto not_finite = point_network_to_safetensors(weights);
  EXPECT_EQ(refusal_of([&] { load_point_network(shape, not_finite, "x.safetensors"); }),
            "x.safetensors: tensor \"dense2.bias\" holds a number that is not finite; expected "
            "finite weights");
  const auto whole = point_network_to_safetensors(random_point_network(shape, 8));
  for (std::size_t keep = 0; keep < whole.size(); keep += 1 + whole.size() / 37) {
    EXPECT_NE(refusal_of([&] { load_point_network(shape, std::span(whole).first(keep), "x"); }),
              "");
  }
}

}  // namespace
}  // namespace eyelid::networks
