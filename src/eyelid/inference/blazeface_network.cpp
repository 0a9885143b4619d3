// SPDX-License-Identifier: MIT
#include "eyelid/inference/blazeface_network.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "eyelid/compute/aligned_buffer.hpp"
#include "eyelid/compute/cpu_features.hpp"
#include "eyelid/core/error.hpp"
#include "eyelid/inference/blazeface_packing.hpp"
#include "eyelid/inference/blazeface_word_layers.hpp"
#include "eyelid/kernels/blazeface/blazeface_kernels.hpp"

namespace eyelid::inference {
namespace {

using compute::AlignedBuffer;
using kernels::kStripRows;

constexpr int kLayerCount = kBlazeFaceBlockCount + 1;  // the stem is layer 0
constexpr int kLast16 = 11;                            // layer of the last 16x16 map
constexpr int kLast8 = 16;
constexpr int kAnchors16 = 512;
constexpr int kColourRows = kBlazeFaceInput_px + 3;
constexpr int kColourHalfRow = kBlazeFaceInput_px / 2 + 2;
/// Rows kept of a layer that is read while it is written.
constexpr int kRingRows = 16;

/// The output of one layer: `kept_rows` rows of its map, row y at y % kept_rows.
struct FeatureMap {
  int width = 0;
  int channels = 0;
  int kept_rows = 0;
  int done_rows = 0;
  float* rows = nullptr;  // kernels::kRowSlack behind the start of its memory

  std::size_t size() const {
    return static_cast<std::size_t>(width * channels * kept_rows) + 2 * kernels::kRowSlack;
  }
  float* row(int y) { return rows + (y % kept_rows) * width * channels; }
  const float* row(int y) const { return const_cast<FeatureMap*>(this)->row(y); }
};

}  // namespace

struct BlazeFaceNetwork::Workspace {
  Workspace(const PackedBlazeFace& packed, const kernels::BlazeFaceKernels& chosen)
      : kernels(chosen), weights(packed) {
    int width = kBlazeFaceInput_px / 2;
    for (int layer = 0; layer < kLayerCount; layer++) {
      FeatureMap& map = maps[static_cast<std::size_t>(layer)];
      const auto& shape = kBlazeFaceBlocks[static_cast<std::size_t>(std::max(0, layer - 1))];
      if (layer > 0) width /= shape.stride;
      map.width = width;
      map.channels = layer == 0 ? kBlazeFaceStemChannels : shape.outputs;
      // The 64x64 maps pass through the second-level cache strip by strip and are never whole.
      map.kept_rows = std::min(width, width == 64 ? kRingRows : width);
    }
    allocate_maps(packed.precision);
  }

  /// Rings and what the heads read have memory of their own. A map between them is read by the
  /// next layer only: these take turns in two places, which spares the second-level cache.
  void allocate_maps(Precision precision) {
    const bool is_single = precision == Precision::F32;
    const auto is_read_by_head = [](int layer) { return layer == kLast16 || layer == kLast8; };
    std::size_t largest = 0;
    for (int layer = 0; layer < kLayerCount; layer++) {
      FeatureMap& target = map(layer);
      const bool is_ring = target.kept_rows < target.width;
      if (is_read_by_head(layer) || (is_ring && is_single)) {
        AlignedBuffer<float>& own = memory[static_cast<std::size_t>(layer)];
        own = AlignedBuffer<float>(target.size());
        target.rows = own.data() + kernels::kRowSlack;
      } else if (!is_ring) {
        largest = std::max(largest, target.size());
      }
    }
    if (!is_single) return;
    for (AlignedBuffer<float>& buffer : turns) buffer = AlignedBuffer<float>(largest);
    for (int layer = 0; layer < kLayerCount; layer++) {
      FeatureMap& target = map(layer);
      if (target.rows == nullptr) target.rows = turns[layer % 2].data() + kernels::kRowSlack;
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

  void run_singles(const FrameView& input) {
    for (FeatureMap& map : maps) map.done_rows = 0;
    // Layers that keep all rows run whole, with their weights in cache; the others on demand.
    for (int layer = 0; layer < kLayerCount; layer++) {
      const FeatureMap& whole = map(layer);
      if (whole.kept_rows == whole.width) produce(layer, whole.width, input);
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
    for (int tap = 0; tap < kBlazeFaceColourTaps; tap++) {
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
                       i * (kBlazeFaceColourTaps * width + kernels::kRowSlack);
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

  /// All layers in less than single precision; only what the heads read is unpacked.
  template <class Layers>
  void run_words(Layers& layers, const FrameView& input) {
    layers.run(input, [&](int layer, const std::uint32_t* lines) {
      if (layer != kLast16 && layer != kLast8) return;
      FeatureMap& target = map(layer);
      const int count = target.width * target.channels;
      for (int y = 0; y < target.width; y += Layers::kRowsPerWord, lines += count) {
        float* rows[kStripRows];
        for (int i = 0; i < Layers::kRowsPerWord; i++) rows[i] = target.row(y + i);
        layers.unpack(lines, count, rows);
      }
    });
  }

  const kernels::BlazeFaceKernels& kernels;
  const PackedBlazeFace& weights;
  std::unique_ptr<BlazeFaceBf16Layers> bf16;  // of weights in this precision
  std::unique_ptr<BlazeFaceInt8Layers> int8;
  std::array<FeatureMap, kLayerCount> maps;
  std::array<AlignedBuffer<float>, kLayerCount> memory;
  AlignedBuffer<float> turns[2];
  AlignedBuffer<float> scratch{kernels::kBlazeWorkspace};
  AlignedBuffer<float> zeros{64 * 96 + 2 * kernels::kRowSlack};
  AlignedBuffer<float> colour_windows;  // of 4 rows; once needed
  AlignedBuffer<float> colour_planes;
  const std::uint8_t* colour = nullptr;  // the RGB picture of this run, if it is one
  BlazeFaceLogits logits{};
};

namespace {

[[noreturn]] void refuse(Precision precision, const char* missing) {
  throw DeviceError("precision " + std::string(name_of(precision)) + ": this processor offers " +
                    compute::describe(compute::cpu_features()) + "; expected " + missing);
}

}  // namespace

BlazeFaceNetwork::BlazeFaceNetwork(std::shared_ptr<const PackedBlazeFace> weights)
    : BlazeFaceNetwork(std::move(weights), Kernels::Fastest) {}

BlazeFaceNetwork BlazeFaceNetwork::by_definition(std::shared_ptr<const PackedBlazeFace> weights) {
  return {std::move(weights), Kernels::Definition};
}

BlazeFaceNetwork::BlazeFaceNetwork(std::shared_ptr<const PackedBlazeFace> weights, Kernels choice)
    : weights_(std::move(weights)) {
  EYELID_EXPECTS(weights_ != nullptr);
  const bool is_definition = choice == Kernels::Definition;
  const std::uint32_t features = is_definition ? compute::kAnyCpu : compute::cpu_features();
  workspace_ = std::make_unique<Workspace>(*weights_, kernels::blazeface_kernels(features));
  if (weights_->precision == Precision::Bf16) {
    const auto* chosen =
        is_definition ? &kernels::kScalarBf16Kernels : kernels::blazeface_bf16_kernels(features);
    if (chosen == nullptr) refuse(weights_->precision, "AVX512_BF16");
    workspace_->bf16 = std::make_unique<BlazeFaceBf16Layers>(weights_->bf16, *chosen);
  }
  if (weights_->precision == Precision::Int8) {
    const auto* chosen =
        is_definition ? &kernels::kScalarInt8Kernels : kernels::blazeface_int8_kernels(features);
    if (chosen == nullptr) refuse(weights_->precision, "AVX512_VNNI");
    workspace_->int8 = std::make_unique<BlazeFaceInt8Layers>(weights_->int8, *chosen);
  }
}

BlazeFaceNetwork::BlazeFaceNetwork(std::shared_ptr<const PackedBlazeFace> weights,
                                   const kernels::BlazeFaceKernels& kernels)
    : weights_(std::move(weights)) {
  EYELID_EXPECTS(weights_ != nullptr && weights_->precision == Precision::F32);
  workspace_ = std::make_unique<Workspace>(*weights_, kernels);
}

BlazeFaceNetwork::~BlazeFaceNetwork() = default;
BlazeFaceNetwork::BlazeFaceNetwork(BlazeFaceNetwork&&) noexcept = default;
BlazeFaceNetwork& BlazeFaceNetwork::operator=(BlazeFaceNetwork&&) noexcept = default;

Precision BlazeFaceNetwork::precision() const { return weights_->precision; }

const char* BlazeFaceNetwork::isa() const {
  if (workspace_->bf16 != nullptr) return workspace_->bf16->isa();
  if (workspace_->int8 != nullptr) return workspace_->int8->isa();
  return workspace_->kernels.isa;
}

const BlazeFaceLogits& BlazeFaceNetwork::run(const FrameView& input) {
  EYELID_EXPECTS(input.width == kBlazeFaceInput_px && input.height == kBlazeFaceInput_px);
  workspace_->colour = nullptr;
  return run_layers(input);
}

const BlazeFaceLogits& BlazeFaceNetwork::run_colour(std::span<const std::uint8_t> rgb) {
  EYELID_EXPECTS(rgb.size() == std::size_t{3} * kBlazeFaceInput_px * kBlazeFaceInput_px);
  EYELID_EXPECTS(weights_->colour_stem.inputs == kBlazeFaceColourTaps);
  Workspace& work = *workspace_;
  if (work.colour_windows.size() == 0) {
    work.colour_windows = AlignedBuffer<float>(static_cast<std::size_t>(
        kStripRows * (kBlazeFaceColourTaps * work.map_width() + kernels::kRowSlack) +
        kernels::kRowSlack));
    work.colour_planes = AlignedBuffer<float>(std::size_t{3} * kColourRows * 2 * kColourHalfRow);
  }
  work.colour = rgb.data();
  work.split_colours();
  return run_layers({});
}

const BlazeFaceLogits& BlazeFaceNetwork::run_layers(const FrameView& input) {
  Workspace& work = *workspace_;
  if (work.bf16 != nullptr) {
    work.run_words(*work.bf16, input);
  } else if (work.int8 != nullptr) {
    work.run_words(*work.int8, input);
  } else {
    work.run_singles(input);
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
