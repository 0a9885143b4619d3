// SPDX-License-Identifier: MIT
#include "eyelid/networks/blazeface_network.hpp"

#include <algorithm>
#include <utility>

#include "eyelid/compute/aligned_buffer.hpp"
#include "eyelid/compute/arena.hpp"
#include "eyelid/compute/cpu_features.hpp"
#include "eyelid/core/error.hpp"
#include "eyelid/kernels/blazeface/blazeface_kernels.hpp"
#include "eyelid/networks/blazeface_packed_layers.hpp"
#include "eyelid/networks/blazeface_packing.hpp"
#include "eyelid/networks/blazeface_plan.hpp"

namespace eyelid::networks {
namespace {

using compute::AlignedBuffer;
using kernels::kStripRows;

constexpr int kAnchors16 = 512;
constexpr int kColorRows = kBlazeFaceInput_px + 3;
constexpr int kColorHalfRow = kBlazeFaceInput_px / 2 + 2;

}  // namespace

struct BlazeFaceNetwork::Workspace {
  Workspace(const PackedBlazeFace& packed, const kernels::BlazeFaceKernels& chosen)
      : kernels(chosen), weights(packed) {
    if (packed.precision == Precision::F32) maps = arena.take<float>(plan.size);
    scratch = arena.take<float>(kernels::kBlazeWorkspace);
    zeros = arena.take<float>(64 * 96 + 2 * kernels::kRowSlack);
    const BlazeFaceMap& widest = map(kBlazeFaceLast16);
    unpacked =
        arena.take<float>(static_cast<std::size_t>(kStripRows * widest.width * widest.channels) +
                          2 * kernels::kRowSlack);
  }

  const PackedBlazeFace::Block& block(int layer) const {
    return weights.blocks[static_cast<std::size_t>(layer - 1)];
  }
  const BlazeFaceMap& map(int layer) const { return plan.maps[static_cast<std::size_t>(layer)]; }
  /// In single precision.
  float* row(const BlazeFaceMap& map, int y) { return maps + map.line(y, 1); }

  void run_singles(const FrameView& input) {
    for (const BlazeFacePlan::Strip& strip : plan.strips) {
      if (strip.layer == 0) {
        run_stem(strip.y, input);
      } else {
        run_block(strip.layer, strip.y);
      }
    }
  }

  /// The normalized picture in planes: per channel and row (padded by 1 above, 2 below) the even
  /// columns, then the odd ones, each with a zero at both ends.
  void split_colors() {
    constexpr int kHalf = kBlazeFaceInput_px / 2;
    const std::uint8_t* source = color;
    for (int y = 0; y < kBlazeFaceInput_px; y++) {
      for (int x = 0; x < kHalf; x++, source += 6) {
        for (int channel = 0; channel < 3; channel++) {
          float* row = color_row(channel, y);
          row[1 + x] =
              static_cast<float>(source[channel]) * weights.input_scale + weights.input_offset;
          row[kColorHalfRow + 1 + x] =
              static_cast<float>(source[3 + channel]) * weights.input_scale + weights.input_offset;
        }
      }
    }
  }
  float* color_row(int channel, int y) {
    return color_planes.data() + (channel * kColorRows + y + 1) * 2 * kColorHalfRow;
  }

  /// The 5x5 windows of one output row of the stem, [channel, row, column][x].
  void gather_color_windows(int y, float* windows) {
    const int width = map_width();
    for (int tap = 0; tap < kBlazeFaceColorTaps; tap++) {
      const float* row = color_row(tap / 25, 2 * y - 1 + tap / 5 % 5);
      // Columns -1 .. 3 of the window: odd, even, odd, even, odd ones from -1, 0, 0, 1, 1.
      const int column = tap % 5;
      const int parity = column % 2 == 0 ? kColorHalfRow : 0;
      std::copy_n(row + parity + (column + 1) / 2, width, windows + tap * width);
    }
  }
  int map_width() const { return map(0).width; }

  void run_color_stem(int y) {
    const int width = map_width();
    const float* rows[kStripRows];
    for (int i = 0; i < kStripRows; i++) {
      float* windows = color_windows.data() + kernels::kRowSlack +
                       i * (kBlazeFaceColorTaps * width + kernels::kRowSlack);
      gather_color_windows(y + i, windows);
      rows[i] = windows;
    }
    kernels.pointwise(weights.color_stem.view(), rows, width, scratch);
    for (int i = 0; i < kStripRows; i++) {
      float* target = row(map(0), y + i);
      for (int o = 0; o < kBlazeFaceStemChannels; o++) {
        const float* source = scratch + (o * kStripRows + i) * width;
        for (int x = 0; x < width; x++) target[o * width + x] = std::max(0.0f, source[x]);
      }
    }
  }

  void run_stem(int y, const FrameView& input) {
    if (color != nullptr) {
      run_color_stem(y);
      return;
    }
    const kernels::BlazeStem stem{kBlazeFaceStemChannels,
                                  weights.stem.weights.data(),
                                  weights.stem.bias.data(),
                                  weights.input_scale,
                                  weights.input_offset};
    kernels::BlazeStemStrip strip{};
    for (int i = 0; i < 11; i++) {
      const int line = 2 * y - 1 + i;
      strip.input[i] = line >= 0 && line < input.height ? input.row(line) : nullptr;
    }
    for (int i = 0; i < kStripRows; i++) strip.output[i] = row(map(0), y + i);
    strip.width = map(0).width;
    strip.workspace = scratch;
    kernels.stem(stem, strip);
  }

  void run_block(int layer, int y) {
    const PackedBlazeFace::Block& packed = block(layer);
    const BlazeFaceMap& source = map(layer - 1);
    const kernels::BlazeBlock packed_block{packed.stride,
                                           packed.depthwise.data(),
                                           packed.depthwise_bias.data(),
                                           packed.pointwise.view()};
    kernels::BlazeStrip strip{};
    const int first = packed.stride == 1 ? y - 1 : 2 * y;
    const int count = packed.stride == 1 ? kStripRows + 2 : 2 * kStripRows + 1;
    for (int i = 0; i < count; i++) {
      const int line = first + i;
      const bool is_inside = line >= 0 && line < source.width;
      strip.input[i] = is_inside ? row(source, line) : zeros + kernels::kRowSlack;
    }
    for (int i = 0; i < kStripRows; i++) strip.output[i] = row(map(layer), y + i);
    strip.width = map(layer).width;
    strip.workspace = scratch;
    kernels.block(packed_block, strip);
  }

  /// Rows y .. y + 3 of a map that a head reads, in single precision.
  void rows_for_head(const BlazeFaceMap& source, int layer, int y, const float** rows) {
    if (weights.precision == Precision::F32) {
      for (int i = 0; i < kStripRows; i++) rows[i] = row(source, y + i);
    } else if (bf16 != nullptr) {
      unpack_rows(*bf16, layer, y, rows);
    } else {
      unpack_rows(*int8, layer, y, rows);
    }
  }
  template <class Layers>
  void unpack_rows(const Layers& layers, int layer, int y, const float** rows) {
    const int count = map(layer).width * map(layer).channels;
    float* targets[kStripRows];
    for (int i = 0; i < kStripRows; i++) {
      rows[i] = targets[i] = unpacked + kernels::kRowSlack + i * count;
    }
    for (int i = 0; i < kStripRows; i += Layers::kRowsPerWord) {
      layers.unpack(layer, y + i, targets + i);
    }
  }

  /// One cell of a map that a head reads: its first channel, and the distance from channel to
  /// channel.
  std::pair<const float*, std::ptrdiff_t> pixel(int layer, int cell) {
    const BlazeFaceMap& source = map(layer);
    const int x = cell % source.width, y = cell / source.width;
    if (weights.precision == Precision::F32) return {row(source, y) + x, source.width};
    if (bf16 != nullptr) {
      bf16->unpack_pixel(layer, x, y, scratch);
    } else {
      int8->unpack_pixel(layer, x, y, scratch);
    }
    return {scratch, 1};
  }

  /// A head on 4 rows at a time; consume(output channel, cell, value).
  template <class Consume>
  void for_each_output(const PackedPointwise& layer, int map_layer, Consume consume) {
    const BlazeFaceMap& source = map(map_layer);
    for (int y = 0; y < source.width; y += kStripRows) {
      const float* rows[kStripRows];
      rows_for_head(source, map_layer, y, rows);
      kernels.pointwise(layer.view(), rows, source.width, scratch);
      const int pixels = kStripRows * source.width;
      for (int o = 0; o < layer.outputs; o++) {
        for (int i = 0; i < pixels; i++) {
          consume(o, y * source.width + i, scratch[o * pixels + i]);
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
  const BlazeFacePlan plan = plan_blazeface(1);
  compute::Arena arena;  // of everything below and of bf16 and int8
  float* maps = nullptr;
  float* scratch = nullptr;
  float* zeros = nullptr;
  float* unpacked = nullptr;                  // 4 rows; not in F32
  std::unique_ptr<BlazeFaceBf16Layers> bf16;  // of weights in this precision
  std::unique_ptr<BlazeFaceInt8Layers> int8;
  AlignedBuffer<float> color_windows;  // of 4 rows; once needed
  AlignedBuffer<float> color_planes;
  const std::uint8_t* color = nullptr;  // the RGB picture of this run, if it is one
  BlazeFaceLogits logits{};
};

namespace {

[[noreturn]] void refuse_bf16() {
  throw DeviceError("precision bf16: this processor offers " +
                    compute::describe(compute::cpu_features()) + "; expected AVX512_BF16");
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
  workspace_ = std::make_unique<Workspace>(*weights_, kernels::blazeface_kernels().pick(features));
  if (weights_->precision == Precision::Bf16) {
    const auto* chosen =
        is_definition ? &kernels::kScalarBf16Kernels : kernels::blazeface_bf16_kernels(features);
    if (chosen == nullptr) refuse_bf16();
    workspace_->bf16 =
        std::make_unique<BlazeFaceBf16Layers>(weights_->bf16, *chosen, workspace_->arena);
  }
  if (weights_->precision == Precision::Int8) {
    workspace_->int8 = std::make_unique<BlazeFaceInt8Layers>(
        weights_->int8, kernels::blazeface_int8_kernels().pick(features), workspace_->arena);
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
  workspace_->color = nullptr;
  return run_layers(input);
}

const BlazeFaceLogits& BlazeFaceNetwork::run_color(std::span<const std::uint8_t> rgb) {
  EYELID_EXPECTS(rgb.size() == std::size_t{3} * kBlazeFaceInput_px * kBlazeFaceInput_px);
  EYELID_EXPECTS(weights_->color_stem.inputs == kBlazeFaceColorTaps);
  Workspace& work = *workspace_;
  if (work.color_windows.size() == 0) {
    work.color_windows = AlignedBuffer<float>(static_cast<std::size_t>(
        kStripRows * (kBlazeFaceColorTaps * work.map_width() + kernels::kRowSlack) +
        kernels::kRowSlack));
    work.color_planes = AlignedBuffer<float>(std::size_t{3} * kColorRows * 2 * kColorHalfRow);
  }
  work.color = rgb.data();
  work.split_colors();
  return run_layers({});
}

const BlazeFaceLogits& BlazeFaceNetwork::run_layers(const FrameView& input) {
  Workspace& work = *workspace_;
  if (work.bf16 != nullptr) {
    work.bf16->run(input);
  } else if (work.int8 != nullptr) {
    work.int8->run(input);
  } else {
    work.run_singles(input);
  }
  work.score(weights_->head_16, kBlazeFaceLast16, work.logits.data());
  work.score(weights_->head_8, kBlazeFaceLast8, work.logits.data() + kAnchors16);
  return work.logits;
}

BlazeFaceBoxNumbers BlazeFaceNetwork::box_numbers(int anchor) const {
  EYELID_EXPECTS(anchor >= 0 && anchor < kBlazeFaceAnchorCount);
  const bool is_16 = anchor < kAnchors16;
  const PackedBlazeFace::Head& head = is_16 ? weights_->head_16 : weights_->head_8;
  const int layer = is_16 ? kBlazeFaceLast16 : kBlazeFaceLast8;
  const int in_map = is_16 ? anchor : anchor - kAnchors16;
  const int cell = in_map / head.per_cell, slot = in_map % head.per_cell;
  const int channels = workspace_->map(layer).channels;
  const auto [pixel, step] = workspace_->pixel(layer, cell);
  BlazeFaceBoxNumbers numbers;
  workspace_->kernels.regress(pixel,
                              step,
                              channels,
                              head.boxes.data() + slot * channels * kBlazeFaceBoxNumbers,
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
  fill(weights_->head_16, kBlazeFaceLast16, numbers.data());
  fill(weights_->head_8, kBlazeFaceLast8, numbers.data() + kAnchors16 * kBlazeFaceBoxNumbers);
}

}  // namespace eyelid::networks
