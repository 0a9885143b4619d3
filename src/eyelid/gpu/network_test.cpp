// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cmath>

#include "eyelid/compute/cpu_features.hpp"
#include "eyelid/gpu/emulated_device_testing.hpp"
#include "eyelid/gpu/gpu_testing.hpp"
#include "eyelid/kernels/blazeface/blazeface_kernels.hpp"
#include "eyelid/networks/blazeface_network.hpp"
#include "random_blazeface.hpp"

namespace eyelid::gpu {
namespace {

using kernels::gpu::ThreadOrder;

/// Scores and all box numbers of the CPU.
struct Reference {
  networks::BlazeFaceLogits logits;
  std::vector<float> boxes;
};
Reference reference_of(const networks::BlazeFaceWeights& weights, const FrameView& input) {
  networks::BlazeFaceNetwork network(networks::pack_blazeface(weights));
  Reference reference{network.run(input), std::vector<float>(896 * 16)};
  network.all_box_numbers(reference.boxes);
  return reference;
}

/// Norm of the difference over the norm of the reference.
double relative_error(std::span<const float> reference, const float* found) {
  double error = 0.0, norm = 0.0;
  for (std::size_t i = 0; i < reference.size(); i++) {
    error += std::pow(double{found[i]} - double{reference[i]}, 2);
    norm += double{reference[i]} * double{reference[i]};
  }
  return std::sqrt(error / norm);
}

/// Runs the network of an emulated device on pictures that are inputs already.
struct Network {
  Network(const networks::BlazeFaceWeights& weights,
          Precision precision,
          int images,
          int processors,
          bool is_hopper,
          ThreadOrder order)
      : device(
            models_with(weights), options_for(precision, images), {order}, processors, is_hopper),
        launch{order} {
    device.prepare(128, 128);
    for (int i = 0; i < images; i++) {
      pictures.push_back(random_picture(128, 128, static_cast<unsigned>(i) + 7));
      for (int y = 0; y < 128; y++) {
        std::memcpy(device.buffers(0).inputs + (i * 128 + y) * 128, pictures.back().row(y), 128);
      }
    }
    enqueue_network(launch, device.program(), device.buffers(0), static_cast<int>(pictures.size()));
  }
  float box_number(int image, int anchor, int j) const {
    const BatchBuffers& b = device.buffers(0);
    const FrameProgram& p = device.program();
    FindFacesArguments a{};
    a.features_16 = b.features_16;
    a.features_8 = b.features_8;
    a.is_half = p.options.precision == Precision::F16 ? 1 : 0;
    a.boxes_16 = p.models.boxes_16;
    a.boxes_8 = p.models.boxes_8;
    return FindFaces::box_number<kernels::gpu::EmulatedBlock>(
        a, static_cast<std::size_t>(image), anchor, j);
  }
  static FrameDeviceOptions options_for(Precision precision, int images) {
    FrameDeviceOptions options;
    options.measure.precision = precision;
    options.batch_frames = images;
    options.slots = 1;
    return options;
  }
  const float* logits(int image) const { return device.buffers(0).logits + 896 * image; }

  EmulatedDevice device;
  EmulatedLaunch launch;
  std::vector<GrayImage> pictures;
};

// Scores, and the maps that box numbers are made of.
TEST(GpuNetwork, SinglePrecisionGivesTheBitsOfEveryInstructionSet) {
  const auto weights = networks::random_weights(11);
  const auto packed = networks::pack_blazeface(weights);
  const Network network(weights, Precision::F32, 2, 132, true, ThreadOrder::Backward);
  int tested = 0;
  for (const kernels::BlazeFaceKernels& isa : kernels::blazeface_kernels()) {
    if ((isa.needs & compute::detected_cpu_features()) != isa.needs) continue;
    tested++;
    networks::BlazeFaceNetwork cpu(packed, isa);
    for (int i = 0; i < 2; i++) {
      const auto& expected = cpu.run(network.pictures[static_cast<std::size_t>(i)]);
      for (std::size_t a = 0; a < expected.size(); a++) {
        ASSERT_EQ(expected[a], network.logits(i)[a])
            << isa.isa << ", image " << i << ", anchor " << a;
      }
      for (int anchor = 0; anchor < 896; anchor++) {
        const auto numbers = cpu.box_numbers(anchor);
        for (std::size_t j = 0; j < 16; j++) {
          ASSERT_EQ(numbers[j], network.box_number(i, anchor, static_cast<int>(j)))
              << isa.isa << ", image " << i << ", anchor " << anchor;
        }
      }
    }
  }
  EXPECT_GE(tested, 1);
}

struct HalfCase {
  int images;
  int processors;
  bool is_hopper;
  ThreadOrder order;
};
class GpuHalfNetwork : public ::testing::TestWithParam<HalfCase> {};

TEST_P(GpuHalfNetwork, HalfPrecisionIsWithinItsRounding) {
  const HalfCase& c = GetParam();
  const auto weights = networks::random_weights(12);
  const Network network(weights, Precision::F16, c.images, c.processors, c.is_hopper, c.order);
  for (int i = 0; i < c.images; i++) {
    const Reference reference =
        reference_of(weights, network.pictures[static_cast<std::size_t>(i)]);
    EXPECT_LT(relative_error(reference.logits, network.logits(i)), 4e-3) << "image " << i;
    for (int a = 0; a < 896; a++) ASSERT_TRUE(std::isfinite(network.logits(i)[a])) << a;
  }
  for (int i = 0; i < c.images; i++) EXPECT_EQ(network.device.buffers(0).arrivals[i], 0u);
}

// Few processors: one block per image, several images per block. Many: eight blocks per image.
INSTANTIATE_TEST_SUITE_P(Shapes,
                         GpuHalfNetwork,
                         ::testing::Values(HalfCase{3, 2, true, ThreadOrder::Forward},
                                           HalfCase{1, 1, true, ThreadOrder::Backward},
                                           HalfCase{1, 132, true, ThreadOrder::Forward},
                                           HalfCase{2, 132, true, ThreadOrder::Backward},
                                           HalfCase{2, 1, false, ThreadOrder::Forward},
                                           HalfCase{1, 108, false, ThreadOrder::Backward}));

TEST(GpuNetwork, PartsAndWholeImagesGiveTheSameBits) {
  const auto weights = networks::random_weights(13);
  const Network whole(weights, Precision::F16, 1, 1, true, ThreadOrder::Forward);
  const Network parts(weights, Precision::F16, 1, 132, true, ThreadOrder::Backward);
  const Network ampere(weights, Precision::F16, 1, 1, false, ThreadOrder::Forward);
  for (int a = 0; a < 896; a++) {
    ASSERT_EQ(whole.logits(0)[a], parts.logits(0)[a]) << a;
    ASSERT_EQ(whole.logits(0)[a], ampere.logits(0)[a]) << a;
  }
}

TEST(GpuNetwork, ActivationsBeyondHalfPrecisionSaturate) {
  auto weights = networks::random_weights(14);
  for (float& w : weights.blocks[3].pointwise.weights) w *= 1e6f;
  const Network network(weights, Precision::F16, 1, 1, true, ThreadOrder::Forward);
  for (int a = 0; a < 896; a++) ASSERT_FALSE(std::isnan(network.logits(0)[a])) << a;
}

}  // namespace
}  // namespace eyelid::gpu
