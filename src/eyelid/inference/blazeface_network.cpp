// SPDX-License-Identifier: MIT
#include "eyelid/inference/blazeface_network.hpp"

#include <algorithm>
#include <vector>

#include "eyelid/compute/aligned_buffer.hpp"
#include "eyelid/compute/cpu_features.hpp"
#include "eyelid/core/error.hpp"
#include "eyelid/kernels/blazeface/blazeface_kernels.hpp"

namespace eyelid::inference {
namespace {

using compute::AlignedBuffer;
using kernels::kStripRows;

constexpr int kLayerCount = kBlazeFaceBlockCount + 1;  // the stem is layer 0
constexpr int kLast16 = 11;                            // layer of the last 16x16 map
constexpr int kLast8 = 16;
constexpr int kAnchors16 = 512;
constexpr int kPerCell16 = 2;
constexpr int kPerCell8 = 6;
constexpr int kColourTaps = 3 * 5 * 5;
constexpr int kColourRows = kBlazeFaceInput_px + 3;
constexpr int kColourHalfRow = kBlazeFaceInput_px / 2 + 2;
/// Rows kept of a layer that is read while it is written.
constexpr int kRingRows = 16;

AlignedBuffer<float> aligned_copy(const std::vector<float>& values) {
  AlignedBuffer<float> copy(values.size());
  std::copy(values.begin(), values.end(), copy.data());
  return copy;
}

/// (outputs, inputs) -> the groups of kernels::BlazePointwise.
AlignedBuffer<float> grouped(const std::vector<float>& weights, int inputs, int outputs) {
  AlignedBuffer<float> packed(weights.size());
  const int groups = (outputs + kernels::kChannelGroup - 1) / kernels::kChannelGroup;
  int begin = 0;
  float* target = packed.data();
  for (int group = 0; group < groups; group++) {
    const int size = outputs / groups + (group < outputs % groups ? 1 : 0);
    for (int k = 0; k < inputs; k++) {
      for (int o = begin; o < begin + size; o++) {
        *target++ = weights[static_cast<std::size_t>(o * inputs + k)];
      }
    }
    begin += size;
  }
  return packed;
}

struct PackedPointwise {
  AlignedBuffer<float> weights;
  AlignedBuffer<float> bias;
  int inputs = 0;
  int outputs = 0;

  kernels::BlazePointwise view() const { return {inputs, outputs, weights.data(), bias.data()}; }
};

PackedPointwise pack(const ConvolutionWeights& layer, int inputs, int outputs) {
  return {grouped(layer.weights, inputs, outputs), aligned_copy(layer.bias), inputs, outputs};
}

/// Box weights of one anchor of a cell: [input][16].
AlignedBuffer<float> pack_boxes(const ConvolutionWeights& layer, int inputs, int per_cell) {
  AlignedBuffer<float> packed(layer.weights.size());
  float* target = packed.data();
  for (int anchor = 0; anchor < per_cell; anchor++) {
    for (int k = 0; k < inputs; k++) {
      for (int j = 0; j < kBlazeFaceBoxNumbers; j++) {
        const int output = anchor * kBlazeFaceBoxNumbers + j;
        *target++ = layer.weights[static_cast<std::size_t>(output * inputs + k)];
      }
    }
  }
  return packed;
}

}  // namespace

struct PackedBlazeFace {
  float input_scale = 0.0f;
  float input_offset = 0.0f;
  PackedPointwise stem;
  PackedPointwise colour_stem;  // no inputs: the file was grey
  struct Block {
    int stride = 1;
    AlignedBuffer<float> depthwise;
    AlignedBuffer<float> depthwise_bias;
    PackedPointwise pointwise;
  };
  std::array<Block, kBlazeFaceBlockCount> blocks;
  /// One of the two heads.
  struct Head {
    int per_cell = 0;
    int width = 0;  // of the map
    PackedPointwise scores;
    PackedPointwise all_boxes;
    AlignedBuffer<float> boxes;  // pack_boxes
    AlignedBuffer<float> boxes_bias;
  };
  Head head_16;
  Head head_8;
};

namespace {

PackedBlazeFace::Head pack_head(const ConvolutionWeights& scores,
                                const ConvolutionWeights& boxes,
                                int inputs,
                                int per_cell,
                                int width) {
  return {per_cell,
          width,
          pack(scores, inputs, per_cell),
          pack(boxes, inputs, per_cell * kBlazeFaceBoxNumbers),
          pack_boxes(boxes, inputs, per_cell),
          aligned_copy(boxes.bias)};
}

/// The output of one layer: `kept_rows` rows of its map, row y at y % kept_rows.
struct FeatureMap {
  int width = 0;
  int channels = 0;
  int kept_rows = 0;
  int done_rows = 0;
  AlignedBuffer<float> memory;

  void allocate() {
    const auto row = static_cast<std::size_t>(width * channels);
    memory =
        AlignedBuffer<float>(row * static_cast<std::size_t>(kept_rows) + 2 * kernels::kRowSlack);
  }
  float* row(int y) {
    return memory.data() + kernels::kRowSlack + (y % kept_rows) * width * channels;
  }
  const float* row(int y) const { return const_cast<FeatureMap*>(this)->row(y); }
};

}  // namespace

std::shared_ptr<const PackedBlazeFace> pack_blazeface(const BlazeFaceWeights& weights) {
  auto packed = std::make_shared<PackedBlazeFace>();
  packed->input_scale = weights.input_scale;
  packed->input_offset = weights.input_offset;
  packed->stem = pack(weights.stem, 25, kBlazeFaceStemChannels);
  if (!weights.colour_stem.empty()) {
    packed->colour_stem =
        pack({weights.colour_stem, weights.stem.bias}, kColourTaps, kBlazeFaceStemChannels);
  }
  for (std::size_t i = 0; i < kBlazeFaceBlocks.size(); i++) {
    const BlazeFaceBlockShape& shape = kBlazeFaceBlocks[i];
    packed->blocks[i] = {shape.stride,
                         aligned_copy(weights.blocks[i].depthwise.weights),
                         aligned_copy(weights.blocks[i].depthwise.bias),
                         pack(weights.blocks[i].pointwise, shape.inputs, shape.outputs)};
  }
  packed->head_16 = pack_head(weights.scores_16, weights.boxes_16, 88, kPerCell16, 16);
  packed->head_8 = pack_head(weights.scores_8, weights.boxes_8, 96, kPerCell8, 8);
  return packed;
}

struct BlazeFaceNetwork::Workspace {
  Workspace(const PackedBlazeFace& packed, const kernels::BlazeFaceKernels& chosen)
      : kernels(chosen), weights(packed) {
    int width = kBlazeFaceInput_px / 2;
    for (int layer = 0; layer < kLayerCount; layer++) {
      FeatureMap& map = maps[static_cast<std::size_t>(layer)];
      if (layer > 0) width /= block(layer).stride;
      map.width = width;
      map.channels = layer == 0 ? kBlazeFaceStemChannels : block(layer).pointwise.outputs;
      // The 64x64 maps pass through the second-level cache strip by strip and are never whole.
      map.kept_rows = std::min(width, width == 64 ? kRingRows : width);
      map.allocate();
    }
  }

  const PackedBlazeFace::Block& block(int layer) const {
    return weights.blocks[static_cast<std::size_t>(layer - 1)];
  }
  FeatureMap& map(int layer) { return maps[static_cast<std::size_t>(layer)]; }

  /// Computes rows of `layer` until `rows` are done, and before that what they need.
  void produce(int layer, int rows, const FrameView& input) {
    FeatureMap& output = map(layer);
    while (output.done_rows < rows) {
      const int y = output.done_rows;
      if (layer == 0) {
        run_stem(y, input);
      } else {
        const FeatureMap& source = map(layer - 1);
        const int stride = block(layer).stride;
        const int needed = stride == 1 ? y + kStripRows + 1 : 2 * (y + kStripRows) + 1;
        produce(layer - 1, std::min(needed, source.width), input);
        run_block(layer, y);
      }
      output.done_rows += kStripRows;
    }
  }

  /// The normalised picture in planes: per channel and row (padded by 1 above, 2 below) the even
  /// columns, then the odd ones, each with a zero at both ends.
  void split_colours() {
    constexpr int kHalf = kBlazeFaceInput_px / 2;
    const std::uint8_t* source = colour;
    for (int y = 0; y < kBlazeFaceInput_px; y++) {
      for (int x = 0; x < kHalf; x++, source += 6) {
        for (int channel = 0; channel < 3; channel++) {
          float* row = colour_row(channel, y);
          row[1 + x] =
              static_cast<float>(source[channel]) * weights.input_scale + weights.input_offset;
          row[kColourHalfRow + 1 + x] =
              static_cast<float>(source[3 + channel]) * weights.input_scale + weights.input_offset;
        }
      }
    }
  }
  float* colour_row(int channel, int y) {
    return colour_planes.data() + (channel * kColourRows + y + 1) * 2 * kColourHalfRow;
  }

  /// The 5x5 windows of one output row of the stem, [channel, row, column][x].
  void gather_colour_windows(int y, float* windows) {
    const int width = map_width();
    for (int tap = 0; tap < kColourTaps; tap++) {
      const float* row = colour_row(tap / 25, 2 * y - 1 + tap / 5 % 5);
      // Columns -1 .. 3 of the window: odd, even, odd, even, odd ones from -1, 0, 0, 1, 1.
      const int column = tap % 5;
      const int parity = column % 2 == 0 ? kColourHalfRow : 0;
      std::copy_n(row + parity + (column + 1) / 2, width, windows + tap * width);
    }
  }
  int map_width() const { return maps[0].width; }

  void run_colour_stem(int y) {
    const int width = map_width();
    const float* rows[kStripRows];
    for (int i = 0; i < kStripRows; i++) {
      float* windows = colour_windows.data() + kernels::kRowSlack +
                       i * (kColourTaps * width + kernels::kRowSlack);
      gather_colour_windows(y + i, windows);
      rows[i] = windows;
    }
    kernels.pointwise(weights.colour_stem.view(), rows, width, scratch.data());
    for (int i = 0; i < kStripRows; i++) {
      float* target = map(0).row(y + i);
      for (int o = 0; o < kBlazeFaceStemChannels; o++) {
        const float* source = scratch.data() + (o * kStripRows + i) * width;
        for (int x = 0; x < width; x++) target[o * width + x] = std::max(0.0f, source[x]);
      }
    }
  }

  void run_stem(int y, const FrameView& input) {
    if (colour != nullptr) {
      run_colour_stem(y);
      return;
    }
    const kernels::BlazeStem stem{kBlazeFaceStemChannels,
                                  weights.stem.weights.data(),
                                  weights.stem.bias.data(),
                                  weights.input_scale,
                                  weights.input_offset};
    kernels::BlazeStemStrip strip{};
    for (int i = 0; i < 11; i++) {
      const int row = 2 * y - 1 + i;
      strip.input[i] = row >= 0 && row < input.height ? input.row(row) : nullptr;
    }
    for (int i = 0; i < kStripRows; i++) strip.output[i] = map(0).row(y + i);
    strip.width = map(0).width;
    strip.workspace = scratch.data();
    kernels.stem(stem, strip);
  }

  void run_block(int layer, int y) {
    const PackedBlazeFace::Block& packed = block(layer);
    const FeatureMap& source = map(layer - 1);
    const kernels::BlazeBlock plan{packed.stride,
                                   packed.depthwise.data(),
                                   packed.depthwise_bias.data(),
                                   packed.pointwise.view()};
    kernels::BlazeStrip strip{};
    const int first = packed.stride == 1 ? y - 1 : 2 * y;
    const int count = packed.stride == 1 ? kStripRows + 2 : 2 * kStripRows + 1;
    for (int i = 0; i < count; i++) {
      const int row = first + i;
      const bool is_inside = row >= 0 && row < source.width;
      strip.input[i] = is_inside ? source.row(row) : zeros.data() + kernels::kRowSlack;
    }
    for (int i = 0; i < kStripRows; i++) strip.output[i] = map(layer).row(y + i);
    strip.width = map(layer).width;
    strip.workspace = scratch.data();
    kernels.block(plan, strip);
  }

  /// A head on 4 rows at a time; consume(output channel, cell, value).
  template <class Consume>
  void for_each_output(const PackedPointwise& layer, int map_layer, Consume consume) {
    const FeatureMap& source = map(map_layer);
    for (int y = 0; y < source.width; y += kStripRows) {
      const float* rows[kStripRows];
      for (int i = 0; i < kStripRows; i++) rows[i] = source.row(y + i);
      kernels.pointwise(layer.view(), rows, source.width, scratch.data());
      const int pixels = kStripRows * source.width;
      for (int o = 0; o < layer.outputs; o++) {
        for (int i = 0; i < pixels; i++) {
          consume(o, y * source.width + i, scratch[static_cast<std::size_t>(o * pixels + i)]);
        }
      }
    }
  }

  void score(const PackedBlazeFace::Head& head, int map_layer, float* logits_of_map) {
    for_each_output(head.scores, map_layer, [&](int o, int cell, float value) {
      logits_of_map[cell * head.per_cell + o] = value;
    });
  }

  const kernels::BlazeFaceKernels& kernels;
  const PackedBlazeFace& weights;
  std::array<FeatureMap, kLayerCount> maps;
  AlignedBuffer<float> scratch{kernels::kBlazeWorkspace};
  AlignedBuffer<float> zeros{64 * 96 + 2 * kernels::kRowSlack};
  AlignedBuffer<float> colour_windows;  // of 4 rows; once needed
  AlignedBuffer<float> colour_planes;
  const std::uint8_t* colour = nullptr;  // the RGB picture of this run, if it is one
  BlazeFaceLogits logits{};
};

BlazeFaceNetwork::BlazeFaceNetwork(std::shared_ptr<const PackedBlazeFace> weights)
    : BlazeFaceNetwork(std::move(weights), kernels::blazeface_kernels(compute::cpu_features())) {}

BlazeFaceNetwork::BlazeFaceNetwork(std::shared_ptr<const PackedBlazeFace> weights,
                                   const kernels::BlazeFaceKernels& kernels)
    : weights_(std::move(weights)) {
  EYELID_EXPECTS(weights_ != nullptr);
  workspace_ = std::make_unique<Workspace>(*weights_, kernels);
}

BlazeFaceNetwork::~BlazeFaceNetwork() = default;
BlazeFaceNetwork::BlazeFaceNetwork(BlazeFaceNetwork&&) noexcept = default;
BlazeFaceNetwork& BlazeFaceNetwork::operator=(BlazeFaceNetwork&&) noexcept = default;

const char* BlazeFaceNetwork::isa() const { return workspace_->kernels.isa; }

const BlazeFaceLogits& BlazeFaceNetwork::run(const FrameView& input) {
  EYELID_EXPECTS(input.width == kBlazeFaceInput_px && input.height == kBlazeFaceInput_px);
  workspace_->colour = nullptr;
  return run_layers(input);
}

const BlazeFaceLogits& BlazeFaceNetwork::run_colour(std::span<const std::uint8_t> rgb) {
  EYELID_EXPECTS(rgb.size() == std::size_t{3} * kBlazeFaceInput_px * kBlazeFaceInput_px);
  EYELID_EXPECTS(weights_->colour_stem.inputs == kColourTaps);
  Workspace& work = *workspace_;
  if (work.colour_windows.size() == 0) {
    work.colour_windows = AlignedBuffer<float>(static_cast<std::size_t>(
        kStripRows * (kColourTaps * work.map_width() + kernels::kRowSlack) + kernels::kRowSlack));
    work.colour_planes = AlignedBuffer<float>(std::size_t{3} * kColourRows * 2 * kColourHalfRow);
  }
  work.colour = rgb.data();
  work.split_colours();
  return run_layers({});
}

const BlazeFaceLogits& BlazeFaceNetwork::run_layers(const FrameView& input) {
  Workspace& work = *workspace_;
  for (FeatureMap& map : work.maps) map.done_rows = 0;
  // Layers that keep all rows run whole, with their weights in cache; the others on demand.
  for (int layer = 0; layer < kLayerCount; layer++) {
    const FeatureMap& map = work.map(layer);
    if (map.kept_rows == map.width) work.produce(layer, map.width, input);
  }
  work.score(weights_->head_16, kLast16, work.logits.data());
  work.score(weights_->head_8, kLast8, work.logits.data() + kAnchors16);
  return work.logits;
}

BlazeFaceBoxNumbers BlazeFaceNetwork::box_numbers(int anchor) const {
  EYELID_EXPECTS(anchor >= 0 && anchor < kBlazeFaceAnchorCount);
  const bool is_16 = anchor < kAnchors16;
  const PackedBlazeFace::Head& head = is_16 ? weights_->head_16 : weights_->head_8;
  const FeatureMap& map = workspace_->map(is_16 ? kLast16 : kLast8);
  const int in_map = is_16 ? anchor : anchor - kAnchors16;
  const int cell = in_map / head.per_cell, slot = in_map % head.per_cell;
  BlazeFaceBoxNumbers numbers;
  workspace_->kernels.regress(map.row(cell / map.width) + cell % map.width,
                              map.width,
                              map.channels,
                              head.boxes.data() + slot * map.channels * kBlazeFaceBoxNumbers,
                              head.boxes_bias.data() + slot * kBlazeFaceBoxNumbers,
                              numbers.data());
  return numbers;
}

void BlazeFaceNetwork::all_box_numbers(std::span<float> numbers) {
  EYELID_EXPECTS(numbers.size() == kBlazeFaceAnchorCount * kBlazeFaceBoxNumbers);
  const auto fill = [&](const PackedBlazeFace::Head& head, int map_layer, float* target) {
    const int per_cell = head.per_cell * kBlazeFaceBoxNumbers;
    workspace_->for_each_output(head.all_boxes, map_layer, [&](int o, int cell, float value) {
      target[cell * per_cell + o] = value;
    });
  };
  fill(weights_->head_16, kLast16, numbers.data());
  fill(weights_->head_8, kLast8, numbers.data() + kAnchors16 * kBlazeFaceBoxNumbers);
}

}  // namespace eyelid::inference
