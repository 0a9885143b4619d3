// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "eyelid/compute/cpu_features.hpp"
#include "eyelid/core/error.hpp"
#include "eyelid/kernels/blazeface/blazeface_kernels.hpp"
#include "eyelid/model_files/model_file.hpp"
#include "eyelid/networks/blazeface_network.hpp"
#include "eyelid/networks/blazeface_weights.hpp"
#include "random_blazeface.hpp"
#include "shared_data.hpp"
#include "temporary_folder.hpp"

namespace eyelid::networks {
namespace {

GrayImage random_picture(unsigned seed) {
  std::mt19937 random(seed);
  GrayImage picture(128, 128);
  for (int y = 0; y < 128; y++) {
    for (int x = 0; x < 128; x++) picture.row(y)[x] = static_cast<std::uint8_t>(random());
  }
  return picture;
}

TEST(BlazeFaceWeights, GoThroughOurFileUnchanged) {
  const BlazeFaceWeights weights = random_weights(1);
  const std::vector<std::byte> bytes = blazeface_to_safetensors(weights);
  const BlazeFaceWeights again = load_blazeface(bytes, "memory");
  EXPECT_EQ(blazeface_to_safetensors(again), bytes);
  EXPECT_EQ(again.name, "random");
  EXPECT_EQ(again.format, "safetensors");
  EXPECT_EQ(again.stored_channels, 1);
  EXPECT_EQ(again.sha256.size(), 64u);
  EXPECT_EQ(again.blocks[11].pointwise.weights, weights.blocks[11].pointwise.weights);
  EXPECT_EQ(describe_blazeface(again).front().first, "kind");
}

TEST(BlazeFaceWeights, RefuseForeignAndDamagedFiles) {
  const eyelid::testing::TemporaryFolder folder;
  const auto refuses = [&](std::span<const std::byte> bytes) {
    model_files::write_model_file(folder / "model", bytes);
    EXPECT_THROW(load_blazeface(folder / "model"), InputError);
  };
  const std::vector<std::byte> whole = blazeface_to_safetensors(random_weights(2));
  refuses(std::span(whole).first(whole.size() - 1));
  refuses(std::span(whole).first(100));
  refuses(std::as_bytes(std::span("just a text, not a model")));
  refuses(std::as_bytes(std::span("PK\3\4 not really a zip archive")));
  refuses(std::as_bytes(std::span("\x18\0\0\0TFL3 not really a flatbuffer")));
  EXPECT_THROW(load_blazeface(folder / "absent"), InputError);
  BlazeFaceWeights infinite = random_weights(3);
  infinite.stem.bias[3] = std::numeric_limits<float>::infinity();
  refuses(blazeface_to_safetensors(infinite));
}

TEST(BlazeFaceNetwork, EveryKernelVariantEqualsScalar) {
  const auto packed = pack_blazeface(random_weights(4));
  const kernels::KernelList<kernels::BlazeFaceKernels> variants = kernels::blazeface_kernels();
  BlazeFaceNetwork scalar(packed, *(variants.end() - 1));
  std::vector<float> expected(896 * 16), found(896 * 16);
  for (const kernels::BlazeFaceKernels& variant : variants) {
    if ((variant.needs & compute::detected_cpu_features()) != variant.needs) continue;
    BlazeFaceNetwork network(packed, variant);
    for (unsigned seed = 0; seed < 3; seed++) {
      const GrayImage picture = random_picture(seed);
      const BlazeFaceLogits expected_logits = scalar.run(picture);
      const BlazeFaceLogits& logits = network.run(picture);
      scalar.all_box_numbers(expected);
      network.all_box_numbers(found);
      float largest = 0.0f;
      for (const float value : expected) largest = std::max(largest, std::abs(value));
      ASSERT_GT(largest, 0.1f) << "the test network is dead";
      for (std::size_t i = 0; i < logits.size(); i++) {
        ASSERT_NEAR(logits[i], expected_logits[i], 1e-4f * largest) << variant.isa << " " << i;
      }
      for (std::size_t i = 0; i < found.size(); i++) {
        ASSERT_NEAR(found[i], expected[i], 1e-4f * largest) << variant.isa << " " << i;
      }
    }
  }
}

TEST(BlazeFaceNetwork, BoxesOnDemandEqualAllBoxes) {
  BlazeFaceNetwork network(pack_blazeface(random_weights(5)));
  network.run(random_picture(9));
  std::vector<float> all(896 * 16);
  network.all_box_numbers(all);
  for (const int anchor : {0, 1, 2, 77, 511, 512, 513, 518, 700, 895}) {
    const BlazeFaceBoxNumbers numbers = network.box_numbers(anchor);
    for (std::size_t j = 0; j < numbers.size(); j++) {
      EXPECT_NEAR(numbers[j], all[static_cast<std::size_t>(anchor) * 16 + j], 1e-4f) << anchor;
    }
  }
  EXPECT_THROW(network.box_numbers(896), ContractError);
  EXPECT_THROW(network.run(GrayImage(64, 64)), ContractError);
}

TEST(BlazeFaceNetwork, RepeatsItselfBitByBit) {
  BlazeFaceNetwork network(pack_blazeface(random_weights(6)));
  const BlazeFaceLogits first = network.run(random_picture(1));
  network.run(random_picture(2));
  EXPECT_EQ(network.run(random_picture(1)), first);
}

TEST(BlazeFaceNetwork, SeesGrayAndColorAlikeWhenTheyAre) {
  BlazeFaceWeights weights = random_weights(7);
  // Any split of the gray stem over three channels sees a gray picture alike; a red picture shows
  // only the first third.
  std::mt19937 random(8);
  std::normal_distribution<float> split(0.3f, 0.3f);
  weights.color_stem.resize(3 * weights.stem.weights.size());
  BlazeFaceWeights red_only = weights;
  for (std::size_t i = 0; i < weights.stem.weights.size(); i++) {
    const std::size_t output = i / 25, place = i % 25;
    float* channels = weights.color_stem.data() + output * 75 + place;
    channels[0] = split(random) * weights.stem.weights[i];
    channels[25] = split(random) * weights.stem.weights[i];
    channels[50] = weights.stem.weights[i] - channels[0] - channels[25];
    red_only.stem.weights[i] = channels[0];
    // Black counts -1 in green and blue: at the border of the picture less of it is seen, so that
    // only the unscaled picture compares.
  }
  weights.input_offset = red_only.input_offset = 0.0f;
  const GrayImage gray = random_picture(9);
  std::vector<std::uint8_t> alike, red(std::size_t{3} * 128 * 128, 0);
  for (int i = 0; i < 128 * 128; i++) {
    const std::uint8_t value = gray.row(i / 128)[i % 128];
    alike.insert(alike.end(), 3, value);
    red[static_cast<std::size_t>(3 * i)] = value;
  }
  BlazeFaceNetwork network(pack_blazeface(weights)), expected_red(pack_blazeface(red_only));
  const BlazeFaceLogits expected = network.run(gray);
  const BlazeFaceLogits in_color = network.run_color(alike);
  const BlazeFaceLogits of_red = network.run_color(red);
  const BlazeFaceLogits again = network.run(gray);
  EXPECT_EQ(again, expected);
  const BlazeFaceLogits& red_expected = expected_red.run(gray);
  for (std::size_t i = 0; i < expected.size(); i++) {
    EXPECT_NEAR(in_color[i], expected[i], 2e-4f * (1.0f + std::abs(expected[i])));
    EXPECT_NEAR(of_red[i], red_expected[i], 2e-4f * (1.0f + std::abs(red_expected[i])));
  }
  EXPECT_THROW(expected_red.run_color(std::span(red).first(5)), ContractError);
}

TEST(BlazeFaceWeights, ReadsThePublicFilesAndSurvivesConversion) {
  EYELID_SHARED_OR_SKIP(tflite, "models/face_detection_short_range.tflite");
  EYELID_SHARED_OR_SKIP(pytorch, "models/blazeface.pth");
  const eyelid::testing::TemporaryFolder folder;
  for (const std::filesystem::path& path : {tflite, pytorch}) {
    const BlazeFaceWeights original = load_blazeface(path);
    EXPECT_EQ(original.stored_channels, 3);
    convert_blazeface(path, folder / "converted.safetensors");
    const BlazeFaceWeights converted = load_blazeface(folder / "converted.safetensors");
    EXPECT_EQ(converted.stem.weights, original.stem.weights);
    EXPECT_EQ(converted.boxes_8.weights, original.boxes_8.weights);
    EXPECT_EQ(converted.name, original.name);
  }
}

TEST(BlazeFaceWeights, RefusesTheRelativesOfTheFrontModel) {
  EYELID_SHARED_OR_SKIP(back, "models/blazefaceback.pth");
  EXPECT_THROW(load_blazeface(back), InputError);
  EYELID_SHARED_OR_SKIP(full, "models/face_detection_full_range.tflite");
  EXPECT_THROW(load_blazeface(full), InputError);
  EYELID_SHARED_OR_SKIP(pnet, "models/pnet.pt");
  EXPECT_THROW(load_blazeface(pnet), InputError);
}

}  // namespace
}  // namespace eyelid::networks
