// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "eyelid/networks/model_description.hpp"

namespace eyelid::networks {

/// Sizes of BlazeFace front, the same in every file.
inline constexpr int kBlazeFaceInput_px = 128;
inline constexpr int kBlazeFaceStemChannels = 24;
inline constexpr int kBlazeFaceBlockCount = 16;
inline constexpr int kBlazeFaceAnchorCount = 896;
inline constexpr int kBlazeFaceBoxNumbers = 16;  // box center and size, then 6 keypoints

/// Channels and stride of the blocks, in order. Maps: 64x64, from block 2 32x32, from block 5
/// 16x16, from block 11 8x8.
struct BlazeFaceBlockShape {
  int inputs;
  int outputs;
  int stride;
};
inline constexpr std::array<BlazeFaceBlockShape, kBlazeFaceBlockCount> kBlazeFaceBlocks = {
    {{24, 24, 1},
     {24, 28, 1},
     {28, 32, 2},
     {32, 36, 1},
     {36, 42, 1},
     {42, 48, 2},
     {48, 56, 1},
     {56, 64, 1},
     {64, 72, 1},
     {72, 80, 1},
     {80, 88, 1},
     {88, 96, 2},
     {96, 96, 1},
     {96, 96, 1},
     {96, 96, 1},
     {96, 96, 1}}};

/// Weights and bias of one convolution, row-major.
struct ConvolutionWeights {
  std::vector<float> weights;
  std::vector<float> bias;  // (outputs)
};

/// The step of the 8-bit activations, per channel (BlazeFaceCalibration): 0 .. 255 after the stem
/// and the blocks, -128 .. 127 between the halves of a block.
struct BlazeFaceInt8Scales {
  std::vector<float> stem;                                           // (24)
  std::array<std::vector<float>, kBlazeFaceBlockCount> middle = {};  // (inputs)
  std::array<std::vector<float>, kBlazeFaceBlockCount> output = {};  // (outputs)
  std::string pictures;  // description of the calibration pictures
  bool is_empty() const { return stem.empty(); }
};

/// Every number of a BlazeFace front network for gray input.
struct BlazeFaceWeights : ModelDescription {
  int stored_channels = 1;  // of the stem in the file: 1 gray, 3 RGB (summed on loading: exact)

  /// The network sees pixel * input_scale + input_offset.
  float input_scale = 1.0f / 127.5f;
  float input_offset = -1.0f;

  struct Block {
    ConvolutionWeights depthwise;  // (inputs, 3, 3)
    ConvolutionWeights pointwise;  // (outputs, inputs)
  };
  ConvolutionWeights stem;                         // (24, 5, 5)
  std::vector<float> color_stem;                   // (24, 3, 5, 5) of an RGB file, else empty
  std::array<Block, kBlazeFaceBlockCount> blocks;  // shapes: kBlazeFaceBlocks
  ConvolutionWeights scores_16, boxes_16;          // (2, 88), (32, 88) on the 16x16 map
  ConvolutionWeights scores_8, boxes_8;            // (6, 96), (96, 96) on the 8x8 map
  BlazeFaceInt8Scales int8;                        // empty: the file has none
};

/// Calls visit(name, weights, shape of the weights) for every convolution, in network order: the
/// one list of what a BlazeFace file holds.
template <class Weights, class Visit>
void for_each_convolution(Weights& weights, Visit visit) {
  using Shape = std::vector<std::size_t>;
  visit(std::string("stem"), weights.stem, Shape{24, 1, 5, 5});
  for (std::size_t i = 0; i < kBlazeFaceBlocks.size(); i++) {
    const auto inputs = static_cast<std::size_t>(kBlazeFaceBlocks[i].inputs);
    const auto outputs = static_cast<std::size_t>(kBlazeFaceBlocks[i].outputs);
    const std::string block = "block_" + std::to_string(i);
    visit(block + ".depthwise", weights.blocks[i].depthwise, Shape{inputs, 1, 3, 3});
    visit(block + ".pointwise", weights.blocks[i].pointwise, Shape{outputs, inputs, 1, 1});
  }
  visit(std::string("scores_16"), weights.scores_16, Shape{2, 88, 1, 1});
  visit(std::string("boxes_16"), weights.boxes_16, Shape{32, 88, 1, 1});
  visit(std::string("scores_8"), weights.scores_8, Shape{6, 96, 1, 1});
  visit(std::string("boxes_8"), weights.boxes_8, Shape{96, 96, 1, 1});
}

/// The same for the int8 steps: visit(name, steps, count).
template <class Scales, class Visit>
void for_each_int8_scale(Scales& scales, Visit visit) {
  visit(std::string("int8.stem.output"), scales.stem, std::size_t{kBlazeFaceStemChannels});
  for (std::size_t i = 0; i < kBlazeFaceBlocks.size(); i++) {
    const std::string block = "int8.block_" + std::to_string(i);
    visit(
        block + ".middle", scales.middle[i], static_cast<std::size_t>(kBlazeFaceBlocks[i].inputs));
    visit(
        block + ".output", scales.output[i], static_cast<std::size_t>(kBlazeFaceBlocks[i].outputs));
  }
}

/// Loads a BlazeFace front model, recognized by content: our safetensors, MediaPipe's
/// face_detection_short_range.tflite, or blazeface.pth of PyTorch.
///
/// Throws InputError in one sentence for anything else.
BlazeFaceWeights load_blazeface(const std::filesystem::path& path);
/// The same from memory, for example embedded_model(...). `source` is for messages and records.
BlazeFaceWeights load_blazeface(std::span<const std::byte> bytes, const std::string& source);
/// The model inside this program.
BlazeFaceWeights embedded_blazeface();

/// As our safetensors file, the stem for gray. Metadata: format, name, version, training_data,
/// license, input_scale, input_offset. Tensors: stem.weight, stem.bias, block_0.depthwise.weight...
/// With int8 scales also int8.stem.output, int8.block_0.middle, int8.block_0.output... and
/// metadata int8_pictures.
std::vector<std::byte> blazeface_to_safetensors(const BlazeFaceWeights& weights);

/// Reads any BlazeFace file and writes ours. Throws InputError.
void convert_blazeface(const std::filesystem::path& source, const std::filesystem::path& target);

/// For `eyelid model inspect`.
DescriptionLines describe_blazeface(const BlazeFaceWeights& weights);

}  // namespace eyelid::networks
