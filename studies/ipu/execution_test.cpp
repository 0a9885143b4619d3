// SPDX-License-Identifier: MIT
#include "studies/ipu/execution.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <random>

#include "eyelid/detection/anchors.hpp"
#include "eyelid/detection/blazeface_face_detector.hpp"
#include "eyelid/detection/box_decoding.hpp"
#include "eyelid/frames/letterbox.hpp"
#include "eyelid/networks/blazeface_network.hpp"
#include "eyelid/synthesis/portrait.hpp"
#include "eyelid/video/frame_source.hpp"
#include "shared_data.hpp"
#include "studies/ipu/tile_convolution.hpp"

namespace eyelid::ipu {
namespace {

/// Three equal channels, normalized.
std::vector<float> input_of(const GrayImage& picture, const networks::BlazeFaceWeights& weights) {
  std::vector<float> input;
  for (int channel = 0; channel < 3; channel++) {
    for (int y = 0; y < picture.height(); y++) {
      for (int x = 0; x < picture.width(); x++) {
        input.push_back(static_cast<float>(picture.row(y)[x]) * weights.input_scale +
                        weights.input_offset);
      }
    }
  }
  return input;
}

struct Difference {
  double logits = 0.0;
  double numbers = 0.0;
};

Difference difference_to_engine(const BlazeFaceResult& result,
                                networks::BlazeFaceNetwork& engine,
                                const GrayImage& picture) {
  const networks::BlazeFaceLogits& logits = engine.run(picture);
  std::vector<float> numbers(896 * 16);
  engine.all_box_numbers(numbers);
  Difference difference;
  for (std::size_t i = 0; i < 896; i++) {
    difference.logits = std::max<double>(difference.logits, std::abs(logits[i] - result.logits[i]));
  }
  for (std::size_t i = 0; i < numbers.size(); i++) {
    difference.numbers =
        std::max<double>(difference.numbers, std::abs(numbers[i] - result.box_numbers[i]));
  }
  return difference;
}

class OnePicture : public ::testing::Test {
 protected:
  networks::BlazeFaceWeights weights_ = networks::embedded_blazeface();
  Network network_ = blazeface_network(weights_);
  networks::BlazeFaceNetwork engine_{networks::pack_blazeface(weights_)};
  frames::Letterbox letterbox_{128};
};

TEST_F(OnePicture, InSinglePrecisionEqualsOurEngine) {
  const synthesis::Portrait portrait = synthesis::render_portrait(7);
  const GrayImage& picture = letterbox_.fit(portrait.image);
  for (const char* name : {"mk1", "mk2"}) {
    const DeviceProgram program = compile(chip(name), network_, {1, Precision::F32, 0});
    const Execution run = execute(program, network_, input_of(picture, weights_));
    const Difference difference =
        difference_to_engine(blazeface_result(network_, run, 0), engine_, picture);
    EXPECT_LT(difference.logits, 1e-4) << name;
    EXPECT_LT(difference.numbers, 1e-4) << name;
    EXPECT_GT(run.tile_runs, 37.0 * 100) << "work is on many tiles";
  }
}

TEST_F(OnePicture, EveryImageOfABatchEqualsOurEngine) {
  std::vector<float> input;
  std::vector<GrayImage> pictures;
  for (const std::uint64_t seed : {1u, 2u, 3u}) {
    pictures.push_back(letterbox_.fit(synthesis::render_portrait(seed).image).copy());
    const std::vector<float> one = input_of(pictures.back(), weights_);
    input.insert(input.end(), one.begin(), one.end());
  }
  const DeviceProgram program = compile(chip("mk1"), network_, {3, Precision::F32, 32});
  const Execution run = execute(program, network_, input);
  for (int image = 0; image < 3; image++) {
    const Difference difference = difference_to_engine(
        blazeface_result(network_, run, image), engine_, pictures[static_cast<std::size_t>(image)]);
    EXPECT_LT(difference.logits, 1e-4) << image;
    EXPECT_LT(difference.numbers, 1e-4) << image;
  }
}

/// The strongest detection of raw results.
detection::FaceCandidate strongest(const BlazeFaceResult& result) {
  const auto best = std::ranges::max_element(result.logits) - result.logits.begin();
  const auto anchor = static_cast<std::size_t>(best);
  return detection::decode_box(result.box_numbers.data() + anchor * 16,
                               detection::anchor_center(static_cast<int>(anchor)),
                               detection::sigmoid(result.logits[anchor]));
}

TEST_F(OnePicture, InHalfPrecisionTheFaceIsTheSame) {
  const synthesis::Portrait portrait = synthesis::render_portrait(7);
  const GrayImage& picture = letterbox_.fit(portrait.image);
  const DeviceProgram program = compile(chip("mk2"), network_, {1, Precision::F16, 0});
  const BlazeFaceResult result =
      blazeface_result(network_, execute(program, network_, input_of(picture, weights_)), 0);
  const Difference difference = difference_to_engine(result, engine_, picture);
  RecordProperty("f16_logit_difference", std::to_string(difference.logits));
  // Ten bits of fraction through 37 layers.
  EXPECT_LT(difference.logits, 0.2);
  EXPECT_LT(difference.numbers, 0.5);
  EXPECT_GT(difference.logits, 1e-4) << "half precision was not used";
}

void expect_same_face(const GrayImage& frame,
                      const OnePicture*,
                      const Network& network,
                      const networks::BlazeFaceWeights& weights) {
  frames::Letterbox letterbox(128);
  const GrayImage& picture = letterbox.fit(frame);
  const DeviceProgram program = compile(chip("mk1"), network, {1, Precision::F32, 0});
  const detection::FaceCandidate face = strongest(
      blazeface_result(network, execute(program, network, input_of(picture, weights)), 0));
  std::vector<FaceBox> faces;
  detection::make_blazeface_detector(weights)->detect(picture, faces);
  ASSERT_FALSE(faces.empty());
  EXPECT_NEAR(face.score, faces[0].score, 0.05);
  const Rect& ours = faces[0].box;
  const double left = std::max(face.box.x, ours.x), top = std::max(face.box.y, ours.y);
  const double right = std::min(face.box.x + face.box.width, ours.x + ours.width);
  const double bottom = std::min(face.box.y + face.box.height, ours.y + ours.height);
  const double common = std::max(0.0, right - left) * std::max(0.0, bottom - top);
  const double both = face.box.width * face.box.height + ours.width * ours.height - common;
  EXPECT_GT(common / both, 0.8);
}

TEST_F(OnePicture, TheFaceOfARenderedPortraitIsFound) {
  expect_same_face(synthesis::render_portrait(7).image, this, network_, weights_);
}

TEST_F(OnePicture, TheFaceOfAPhotographIsFound) {
  EYELID_SHARED_OR_SKIP(path, "models/1face.png");
  expect_same_face(video::read_image(path), this, network_, weights_);
}

TEST(TileConvolution, PlannedConvolutionsGiveTheDefinition) {
  std::mt19937 random(3);
  std::uniform_real_distribution<float> uniform(-1.0f, 1.0f);
  for (const Pair stride : {Pair{1, 1}, Pair{2, 2}, Pair{1, 2}}) {
    for (const auto& [groups, inputs, outputs] :
         {std::array{1, 5, 7}, std::array{6, 1, 1}, std::array{2, 3, 4}}) {
      for (const Pair kernel : {Pair{1, 1}, Pair{3, 3}, Pair{1, 5}}) {
        Operation operation;
        Convolution& c = operation.convolution;
        c.groups = groups;
        c.inputs = inputs;
        c.outputs = outputs;
        c.field = {9, 11};
        c.kernel = kernel;
        c.stride = stride;
        c.padding_upper = {kernel[0] / 2, kernel[1] / 2};
        operation.weights.resize(
            static_cast<std::size_t>(groups * inputs * outputs * kernel[0] * kernel[1]));
        for (float& weight : operation.weights) weight = uniform(random);
        constexpr int kBatch = 2;
        std::vector<float> input(static_cast<std::size_t>(kBatch * groups * inputs * 9 * 11));
        for (float& value : input) value = uniform(random);
        for (const Precision precision : {Precision::F32, Precision::F16}) {
          PlanRequest request;
          request.convolution = c;
          request.convolution.batch = kBatch;
          request.precision = precision;
          request.keep_operands = true;
          const Plan plan = plan_convolution(chip("mk1"), request);
          const int height = c.output_size(0), width = c.output_size(1);
          std::vector<float> output(
              static_cast<std::size_t>(kBatch * groups * outputs * height * width), NAN);
          Execution counters;
          run_on_tiles(operation, plan, precision, kBatch, input, output, counters);
          const double tolerance = precision == Precision::F32 ? 1e-5 : 2e-2;
          std::size_t index = 0;
          for (int b = 0; b < kBatch; b++) {
            for (int o = 0; o < groups * outputs; o++) {
              for (int y = 0; y < height; y++) {
                for (int x = 0; x < width; x++) {
                  double sum = 0.0;
                  for (int i = 0; i < inputs; i++) {
                    for (int ky = 0; ky < kernel[0]; ky++) {
                      for (int kx = 0; kx < kernel[1]; kx++) {
                        const int row = y * stride[0] + ky, column = x * stride[1] + kx;
                        if (row >= 9 || column >= 11) continue;
                        const int plane = b * groups * inputs + o / outputs * inputs + i;
                        sum +=
                            static_cast<double>(
                                input[static_cast<std::size_t>((plane * 9 + row) * 11 + column)]) *
                            operation.weights[static_cast<std::size_t>(
                                ((o * inputs + i) * kernel[0] + ky) * kernel[1] + kx)];
                      }
                    }
                  }
                  ASSERT_NEAR(output[index++], sum, tolerance)
                      << name_of(plan.vertex.method) << " " << groups << "x" << inputs;
                }
              }
            }
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace eyelid::ipu
