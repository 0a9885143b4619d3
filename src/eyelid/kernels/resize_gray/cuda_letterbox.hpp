// SPDX-License-Identifier: MIT
#pragma once

#include "eyelid/kernels/gpu/block.hpp"
#include "eyelid/kernels/resize_gray/resize_gray.hpp"

namespace eyelid::kernels::gpu {

/// Weights of one target row or column: `count` of them from weights[begin], for the source pixels
/// first, first + 1, ...
struct LetterboxTaps {
  std::int32_t first;
  std::int32_t count;  // 0: black
  std::int32_t begin;
};

/// Frames of one size -> detector inputs of side x side, both dense and one after the other. The
/// same integers as WeighRows and WeighColumns of resize_gray.hpp, so the same pixels as the CPU.
struct LetterboxArguments {
  const std::uint8_t* frames;  // rows aligned to 4 bytes and readable up to row_bytes
  std::size_t frame_bytes;
  int row_bytes;  // a multiple of 4
  int width;
  int frame_count;
  int side;                          // a multiple of kRows, at most kThreads
  const LetterboxTaps* row_taps;     // (side)
  const LetterboxTaps* column_taps;  // (side)
  const std::int16_t* weights;       // of rows and columns
  std::uint8_t* inputs;              // (frame_count, side, side)
};

/// One block makes kRows rows of one input. Blocks: frame_count * side / kRows.
struct Letterbox {
  using Arguments = LetterboxArguments;
  static constexpr int kThreads = 256;
  static constexpr int kBlocksPerProcessor = 8;
  static constexpr int kRows = 4;
  static std::size_t shared_bytes(int row_bytes) {
    return sizeof(std::int16_t) * kRows * static_cast<std::size_t>(row_bytes);
  }

  template <class Block>
  static EYELID_DEVICE void run(Block& block, const Arguments& arguments) {
    const int blocks_per_frame = arguments.side / kRows;
    const int frame = block.index() / blocks_per_frame;
    const int first_row = block.index() % blocks_per_frame * kRows;
    const std::uint8_t* source =
        arguments.frames + static_cast<std::size_t>(frame) * arguments.frame_bytes;
    std::int16_t* columns = block.template shared<std::int16_t>();
    block.each_thread([&](int thread) {
      const int groups = arguments.row_bytes / 4;
      for (int i = thread; i < kRows * groups; i += kThreads) {
        weigh_rows(arguments,
                   source,
                   first_row + i / groups,
                   4 * (i % groups),
                   columns + i / groups * arguments.row_bytes);
      }
    });
    block.each_thread([&](int thread) {
      for (int i = thread; i < kRows * arguments.side; i += kThreads) {
        const int row = i / arguments.side;
        const int column = i % arguments.side;
        const std::size_t pixel =
            (static_cast<std::size_t>(frame) * static_cast<std::size_t>(arguments.side) +
             static_cast<std::size_t>(first_row + row)) *
                static_cast<std::size_t>(arguments.side) +
            static_cast<std::size_t>(column);
        arguments.inputs[pixel] =
            weigh_columns(arguments, columns + row * arguments.row_bytes, column);
      }
    });
  }

 private:
  /// Four neighboring source columns, by one load per source row.
  static EYELID_DEVICE void weigh_rows(const Arguments& arguments,
                                       const std::uint8_t* source,
                                       int target_row,
                                       int x,
                                       std::int16_t* column) {
    const LetterboxTaps taps = arguments.row_taps[target_row];
    int sum[4] = {64, 64, 64, 64};
    const std::uint8_t* pixels =
        source +
        static_cast<std::size_t>(taps.first) * static_cast<std::size_t>(arguments.row_bytes) + x;
    for (int k = 0; k < taps.count; k++, pixels += arguments.row_bytes) {
      const int weight = arguments.weights[taps.begin + k];
      const std::uint32_t four = *reinterpret_cast<const std::uint32_t*>(pixels);
      EYELID_UNROLL
      for (int i = 0; i < 4; i++) sum[i] += weight * static_cast<int>(four >> (8 * i) & 255u);
    }
    EYELID_UNROLL
    for (int i = 0; i < 4; i++) column[x + i] = static_cast<std::int16_t>(sum[i] >> 7);
  }

  static EYELID_DEVICE std::uint8_t weigh_columns(const Arguments& arguments,
                                                  const std::int16_t* column,
                                                  int target) {
    const LetterboxTaps taps = arguments.column_taps[target];
    int sum = 1 << 20;
    for (int k = 0; k < taps.count; k++) {
      sum += arguments.weights[taps.begin + k] * column[taps.first + k];
    }
    return static_cast<std::uint8_t>(sum >> 21);
  }
};

}  // namespace eyelid::kernels::gpu
