// SPDX-License-Identifier: MIT
// Of blazeface_network.cpp: stem and blocks on maps of words
// (kernels/blazeface/blazeface_words.hpp).
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>

#include "eyelid/compute/aligned_buffer.hpp"
#include "eyelid/core/image.hpp"
#include "eyelid/inference/blazeface_packing.hpp"

namespace eyelid::inference {

/// `Packed` is PackedBf16 or PackedInt8, `rows` the rows of a word. Allocates only when
/// constructed.
template <class Packed, class Kernels, int rows>
class BlazeFaceWordLayers {
 public:
  static constexpr int kRowsPerWord = rows;

  BlazeFaceWordLayers(const Packed& packed, const Kernels& kernels)
      : packed_(packed), kernels_(kernels) {}

  const char* isa() const { return kernels_.isa; }

  /// Calls visit(layer, lines of its map) after the stem (layer 0) and every block.
  template <class Visit>
  void run(const FrameView& picture, Visit visit) {
    std::uint32_t* input = maps_[0].data() + kernels::kRowSlack;
    std::uint32_t* output = maps_[1].data() + kernels::kRowSlack;
    run_stem(picture, input);
    visit(0, input);
    int width = kBlazeFaceInput_px / 2;
    for (std::size_t i = 0; i < kBlazeFaceBlocks.size(); i++) {
      width /= kBlazeFaceBlocks[i].stride;
      run_block(i, width, input, output);
      std::swap(input, output);
      visit(static_cast<int>(i) + 1, input);
    }
  }

  /// One line to its rows in single precision.
  void unpack(const std::uint32_t* line, int count, float* const* targets) const {
    kernels_.unpack(line, count, targets);
  }

 private:
  static constexpr int kLines = kernels::kStripRows / rows;  // of a strip

  void run_stem(const FrameView& picture, std::uint32_t* output) {
    const auto stem = packed_.stem_view();
    constexpr int kWidth = kBlazeFaceInput_px / 2, kLine = kBlazeFaceStemChannels * kWidth;
    for (int y = 0; y < kWidth; y += kernels::kStripRows) {
      kernels::BlazeWordStemStrip strip{};
      for (int i = 0; i < 11; i++) {
        const int row = 2 * y - 1 + i;
        strip.input[i] = row >= 0 && row < picture.height ? picture.row(row) : nullptr;
      }
      for (int i = 0; i < kLines; i++) strip.output[i] = output + (y / rows + i) * kLine;
      strip.width = kWidth;
      strip.workspace = workspace_.data();
      kernels_.stem(stem, strip);
    }
  }

  void run_block(std::size_t index, int width, const std::uint32_t* input, std::uint32_t* output) {
    const BlazeFaceBlockShape& shape = kBlazeFaceBlocks[index];
    const auto block = packed_.block_view(index);
    const int input_line = shape.inputs * width * shape.stride, output_line = shape.outputs * width;
    const int input_lines = width * shape.stride / rows;
    for (int y = 0; y < width; y += kernels::kStripRows) {
      kernels::BlazeWordStrip strip{};
      const int first = shape.stride == 1 ? y / rows - 1 : 2 * y / rows;
      const int count = shape.stride == 1 ? kLines + 2 : 2 * kLines + 1;
      for (int i = 0; i < count; i++) {
        const int line = first + i;
        const bool is_inside = line >= 0 && line < input_lines;
        strip.input[i] = is_inside ? input + line * input_line : zeros_.data() + kernels::kRowSlack;
      }
      for (int i = 0; i < kLines; i++) strip.output[i] = output + (y / rows + i) * output_line;
      strip.width = width;
      strip.workspace = workspace_.data();
      kernels_.block(block, strip);
    }
  }

  // The largest maps: 28 channels of 64x64. Each layer reads one and writes the other.
  static constexpr std::size_t kMap = 28 * 64 * 64 / rows + 2 * kernels::kRowSlack;
  const Packed& packed_;
  const Kernels& kernels_;
  compute::AlignedBuffer<std::uint32_t> maps_[2] = {compute::AlignedBuffer<std::uint32_t>(kMap),
                                                    compute::AlignedBuffer<std::uint32_t>(kMap)};
  compute::AlignedBuffer<std::uint32_t> zeros_{64 * 96 + 2 * kernels::kRowSlack};
  compute::AlignedBuffer<std::uint32_t> workspace_{kernels::kBlazeWorkspace};
};

using BlazeFaceBf16Layers = BlazeFaceWordLayers<PackedBf16, kernels::BlazeBf16Kernels, 2>;
using BlazeFaceInt8Layers = BlazeFaceWordLayers<PackedInt8, kernels::BlazeInt8Kernels, 4>;

}  // namespace eyelid::inference
