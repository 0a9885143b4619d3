// SPDX-License-Identifier: MIT
#pragma once

#include <type_traits>

#include "eyelid/kernels/blazeface/cuda_half_tile.hpp"

namespace eyelid::kernels::gpu {

struct BlazeHalfArguments {
  const std::uint8_t* inputs;  // (image_count, 128, 128)
  int image_count;
  int parts;                   // blocks per image: 1, or kHalfParts for few images
  const Half4* weights;        // half_weights(); see pack_blazeface_half
  const Half4* schedule;       // write_half_schedule for this band: whole, then the parts
  float pixel_offset;          // input offset / input scale
  float* logits;               // (image_count, 896)
  std::uint16_t* features_16;  // (image_count, 256, 88): half precision, for the box numbers
  std::uint16_t* features_8;   // (image_count, 64, 96)
  std::uint16_t* handover;     // (image_count, 256, 48); only for several parts
  unsigned* arrivals;          // (image_count), zero before and after; only for several parts
};

/// BlazeFace front with half-precision activations and weights, single-precision sums, on matrix
/// instructions. All activations of an image stay in the shared memory of one block.
///
/// **Front** (stem to block 5): the maps of 64x64 and 32x32 do not fit as a whole, so every layer
/// keeps a ring of rows. In one step all seven layers advance by one band, each on rows that the
/// layer before finished in earlier steps: one barrier per step, and enough tiles for all warps.
/// **Tail** (blocks 6 to 15, scores): whole maps, one layer after the other.
///
/// **Weights** of the front (24 KB) are copied into shared memory once per block and stay there; on
/// Hopper so is layer 7, and each further layer of the tail is fetched (cp.async) while the one
/// before computes. With less shared memory the tail reads its weights through the first-level
/// cache.
///
/// Blocks are persistent: each takes images index, index + count, ... With several parts each block
/// computes two of the 16 rows of the front's output and what these need (a third of the front);
/// the last one to arrive continues with the tail. Nobody waits for another block.
///
/// Rounding: input and weights 2^-11 relative, every activation once more; the nine taps of a
/// depthwise window are summed in half precision.
template <int kBandRows>
struct BlazeHalf {
  using Arguments = BlazeHalfArguments;
  static constexpr int kThreads = 512;
  static constexpr int kBlocksPerProcessor = 1;
  static constexpr int kBand = kBandRows;
  static constexpr HalfShared kShared = half_shared(kBand);
  /// Whether the weights of the tail have room behind its maps.
  static constexpr int kStagedWords = max_half_layer_packed();
  static constexpr bool kStages = 8 * 2 * kStagedWords <= 2 * (kShared.end - kShared.staged);
  static constexpr int kResidentLayers = kStages ? 8 : 7;
  static constexpr std::size_t kActivationBytes = 2 * static_cast<std::size_t>(kShared.end);
  static constexpr std::size_t kSharedBytes =
      kActivationBytes + 8 * static_cast<std::size_t>(half_layer_begin(kResidentLayers));

  template <class Block>
  static EYELID_DEVICE void run(Block& block, const Arguments& arguments) {
    block.copy_async(resident(block), arguments.weights, 8 * half_layer_begin(kResidentLayers));
    EYELID_KEEP_LOOP
    for (int item = block.index(); item < arguments.image_count * arguments.parts;
         item += block.count()) {
      const int image = item / arguments.parts;
      const int part = item % arguments.parts;
      zero(block, 0, kEnd);
      block.wait_copies();  // of the resident weights, the first time
      // Written once for both ways: the front is most of the code.
      const int table = arguments.parts == 1 ? 0 : 1 + part;
      run_front(block, arguments, image, arguments.schedule + table * (kHalfScheduleSteps + 1));
      if (arguments.parts > 1) {
        const int rows = 16 / arguments.parts;
        if (!hand_over(block, arguments, image, part * rows, rows)) continue;
      }
      run_tail(block, arguments, image);
    }
  }

 private:
  static constexpr int kScratch = kShared.scratch;
  static constexpr int kFrontMap = kShared.map[6];
  static constexpr int kEvenMap = kShared.map[11];
  static constexpr int kOddMap = kShared.map[10];
  static constexpr int kMap16 = kShared.map[11];
  static constexpr int kMap8 = kShared.map[16];
  static constexpr int kEnd = kShared.end;
  static constexpr int kTailEnd = kShared.staged;
  static constexpr int kSmallEnd = 2 * (8 * half_row(16) + half_pitch(16)) + 128;

  template <class Block>
  static EYELID_DEVICE Half4* resident(const Block& block) {
    return block.template shared<Half4>(kActivationBytes);
  }

  /// Where the weights of a layer of the tail are fetched to: two places in turn.
  template <int kLayer, class Block>
  static EYELID_DEVICE Half4* stage(const Block& block) {
    return block.template shared<Half4>(2 * static_cast<std::size_t>(kShared.staged)) +
           kLayer % 2 * kStagedWords;
  }

  template <int kLayer, class Block>
  static EYELID_DEVICE auto weights_of(const Block& block, const Arguments& arguments) {
    if constexpr (kLayer < kResidentLayers) {
      return HalfLayerPacked<true>{resident(block) + half_layer_begin(kLayer)};
    } else if constexpr (kStages) {
      return HalfLayerPacked<true>{stage<kLayer>(block)};
    } else {
      return HalfLayerPacked<false>{arguments.weights + half_layer_begin(kLayer)};
    }
  }

  template <int kLayer, class Block>
  static EYELID_DEVICE void fetch(Block& block, const Arguments& arguments) {
    if constexpr (kStages && kLayer < kHalfLayers) {
      block.copy_async(stage<kLayer>(block),
                       arguments.weights + half_layer_begin(kLayer),
                       8 * half_layer_packed(kLayer));
    }
  }

  template <class Block>
  static EYELID_DEVICE void zero(Block& block, int begin, int end) {
    block.each_thread([&](int thread) {
      Half4* words = block.template shared<Half4>();
      for (int i = begin / 4 + thread; i < end / 4; i += kThreads) words[i] = {0u, 0u};
    });
  }

  /// The tiles of one layer that fall to this warp. Items of all layers are dealt out as one list;
  /// returns where the list of the next layer begins for this warp.
  template <int kLayer, class Block, class Warp>
  static EYELID_DEVICE int front_items(const Block& block,
                                       const Warp& warp,
                                       const Arguments& arguments,
                                       std::uint16_t* shared,
                                       int image,
                                       int item,
                                       Half4 done,
                                       Half4 next) {
    const int begin = half_done(done, kLayer);
    const int end = half_done(next, kLayer);
    // Two rows share weights and half of their windows, as far as the registers go.
    constexpr int kRows = kLayer == 0 || kLayer >= 5 ? 1 : 2;
    constexpr int kColumnTiles = half_width(kLayer) / 16;
    const int items = (end - begin + kRows - 1) / kRows * kColumnTiles;
    EYELID_KEEP_LOOP
    for (; item < items; item += kThreads / kWarpLanes) {
      const int y = begin + item / kColumnTiles * kRows;
      const int x = item % kColumnTiles * 16;
      if constexpr (kLayer == 0) {
        const std::uint8_t* input =
            arguments.inputs + static_cast<std::size_t>(image) * kInputSide * kInputSide;
        HalfStemTile<kBand>::run(
            warp, shared, weights_of<0>(block, arguments), input, arguments.pixel_offset, y, x);
      } else {
        const int valid_rows = end - y < kRows ? end - y : kRows;
        HalfTile<kLayer, kRows, half_stored(kLayer) / 8, kBand>::run(
            warp, shared, weights_of<kLayer>(block, arguments), y, x, valid_rows, 0);
      }
    }
    return item - items;
  }

  template <class Block>
  static EYELID_DEVICE void run_front(Block& block,
                                      const Arguments& arguments,
                                      int image,
                                      const Half4* schedule) {
    std::uint16_t* shared = block.template shared<std::uint16_t>();
    Half4 done = Block::load(schedule);
    const int steps = static_cast<int>(done.high >> 24);
    EYELID_KEEP_LOOP
    for (int step = 1; step <= steps; step++) {
      const Half4 next = Block::load(schedule + step);
      block.each_warp([&](const auto& warp) {
        // The longest work first: what is left over at the end of a step is then short.
        int item = warp.index;
        item = front_items<5>(block, warp, arguments, shared, image, item, done, next);
        item = front_items<4>(block, warp, arguments, shared, image, item, done, next);
        item = front_items<6>(block, warp, arguments, shared, image, item, done, next);
        item = front_items<3>(block, warp, arguments, shared, image, item, done, next);
        item = front_items<2>(block, warp, arguments, shared, image, item, done, next);
        item = front_items<1>(block, warp, arguments, shared, image, item, done, next);
        front_items<0>(block, warp, arguments, shared, image, item, done, next);
      });
      done = next;
    }
  }

  /// Leaves this block's rows of the front's output in device memory. Whether it was the last of
  /// its image: then the whole output is in shared memory.
  template <class Block>
  static EYELID_DEVICE bool hand_over(
      Block& block, const Arguments& arguments, int image, int first_row, int rows) {
    constexpr int kWords = half_channels(6) / 2;  // of two halves, per pixel
    std::uint16_t* map = block.template shared<std::uint16_t>() + kFrontMap;
    Half2* handover = reinterpret_cast<Half2*>(arguments.handover) +
                      static_cast<std::size_t>(image) * 256 * kWords;
    const auto at = [&](int pixel, int word) {
      return reinterpret_cast<Half2*>(map + pixel / 16 * half_row(6) +
                                      (pixel % 16 + 1) * half_pitch(6) + 2 * word);
    };
    block.each_thread([&](int thread) {
      for (int i = thread; i < rows * 16 * kWords; i += kThreads) {
        const int pixel = first_row * 16 + i / kWords;
        handover[pixel * kWords + i % kWords] = *at(pixel, i % kWords);
      }
    });
    const unsigned before =
        block.arrive(arguments.arrivals + image, block.template shared<unsigned>(2 * kScratch));
    if (before + 1 != static_cast<unsigned>(arguments.parts)) return false;
    block.each_thread([&](int thread) {
      if (thread == 0) arguments.arrivals[image] = 0;
      const volatile Half2* rows_of_all = handover;
      for (int i = thread; i < 256 * kWords; i += kThreads) {
        *at(i / kWords, i % kWords) = rows_of_all[i];
      }
    });
    return true;
  }

  template <int kLayer, class Block>
  static EYELID_DEVICE void tail_layer(Block& block, const Arguments& arguments) {
    constexpr int kRowsPerTile = half_width(kLayer) == 8 ? 2 : 1;
    constexpr int kPixelTiles = half_width(kLayer) / kRowsPerTile;
    constexpr int kSplit = half_width(kLayer) == 8 ? 4 : 1;
    constexpr int kTiles = half_stored(kLayer) / 8 / kSplit;
    std::uint16_t* shared = block.template shared<std::uint16_t>();
    const auto weights = weights_of<kLayer>(block, arguments);
    // Into the place of the layer before: all have done with it.
    fetch<kLayer + 1>(block, arguments);
    block.each_warp([&](const auto& warp) {
      EYELID_KEEP_LOOP
      for (int item = warp.index; item < kPixelTiles * kSplit; item += kThreads / kWarpLanes) {
        HalfTile<kLayer, 1, kTiles, kBand>::run(
            warp, shared, weights, item / kSplit * kRowsPerTile, 0, 1, item % kSplit * kTiles);
      }
    });
    if constexpr (kStages && kLayer + 1 < kHalfLayers) block.wait_copies();
  }

  /// The scores of a map, and its features into device memory.
  template <int kLayer, int kPerCell, class Block>
  static EYELID_DEVICE void head(Block& block,
                                 const HalfLayerWeights& layer,
                                 const Half4* weights,
                                 float* logits,
                                 std::uint16_t* features) {
    constexpr int kWidth = half_width(kLayer);
    constexpr int kChannels = half_channels(kLayer);
    const std::uint16_t* map =
        block.template shared<std::uint16_t>() + (kLayer == 11 ? kMap16 : kMap8);
    const auto pixel_at = [&](int pixel) {
      return map + pixel / kWidth * half_row(kLayer) + (pixel % kWidth + 1) * half_pitch(kLayer);
    };
    block.each_warp([&](const auto& warp) {
      using Warp = std::remove_cvref_t<decltype(warp)>;
      EYELID_KEEP_LOOP
      for (int tile = warp.index; tile < kWidth * kWidth / 16; tile += kThreads / kWarpLanes) {
        typename Warp::template Lanes<FragmentSums> sums;
        warp.each_lane([&](int lane) { sums[lane] = {}; });
        EYELID_KEEP_LOOP
        for (int step = 0; step < round_up(kChannels, 16) / 16; step++) {
          typename Warp::template Lanes<FragmentA> a;
          typename Warp::template Lanes<FragmentB> b;
          warp.each_lane([&](int lane) {
            const int channel = 16 * step + 4 * (lane % 4);
            Half4 pixels[2] = {};
            if (channel < kChannels) {
              EYELID_UNROLL
              for (int j = 0; j < 2; j++) {
                pixels[j] = *reinterpret_cast<const Half4*>(pixel_at(16 * tile + lane / 4 * 2 + j) +
                                                            channel);
              }
            }
            a[lane] = {{pixels[0].low, pixels[1].low, pixels[0].high, pixels[1].high}};
            const Half4 four = Warp::load(weights + layer.pointwise + step * kWarpLanes + lane);
            b[lane] = {{four.low, four.high}};
          });
          warp.mma(sums, a, b);
        }
        warp.each_lane([&](int lane) {
          const int output = 2 * (lane % 4);
          if (output >= kPerCell) return;
          const Floats2 bias = *reinterpret_cast<const Floats2*>(weights + layer.bias + lane % 4);
          EYELID_UNROLL
          for (int j = 0; j < 2; j++) {
            float* target = logits + (16 * tile + lane / 4 * 2 + j) * kPerCell + output;
            target[0] = sums[lane].value[2 * j] + bias.x;
            target[1] = sums[lane].value[2 * j + 1] + bias.y;
          }
        });
      }
    });
    block.each_thread([&](int thread) {
      constexpr int kWords = kChannels / 2;
      for (int i = thread; i < kWidth * kWidth * kWords; i += kThreads) {
        reinterpret_cast<Half2*>(features)[i] =
            reinterpret_cast<const Half2*>(pixel_at(i / kWords))[i % kWords];
      }
    });
  }

  template <class Block>
  static EYELID_DEVICE void run_tail(Block& block, const Arguments& arguments, int image) {
    zero(block, kEvenMap, kTailEnd);
    tail_layer<7>(block, arguments);
    tail_layer<8>(block, arguments);
    tail_layer<9>(block, arguments);
    tail_layer<10>(block, arguments);
    tail_layer<11>(block, arguments);
    zero(block, kOddMap, kOddMap + kSmallEnd);
    tail_layer<12>(block, arguments);
    tail_layer<13>(block, arguments);
    tail_layer<14>(block, arguments);
    tail_layer<15>(block, arguments);
    tail_layer<16>(block, arguments);
    constexpr HalfWeights kWeights = half_weights();
    const auto at = static_cast<std::size_t>(image);
    float* logits = arguments.logits + at * kAnchors;
    head<11, 2>(block,
                kWeights.scores_16,
                arguments.weights,
                logits,
                arguments.features_16 + at * 256 * kFeatures16);
    head<16, 6>(block,
                kWeights.scores_8,
                arguments.weights,
                logits + kAnchors16,
                arguments.features_8 + at * 64 * kFeatures8);
  }
};

/// 229,504 bytes of shared memory: Hopper (227 KB a block).
using BlazeHalfHopper = BlazeHalf<4>;
/// 161,760 bytes: from sm_80 on (163 KB a block).
using BlazeHalfAmpere = BlazeHalf<2>;
static_assert(BlazeHalfHopper::kStages && BlazeHalfHopper::kSharedBytes == 229504);
static_assert(!BlazeHalfAmpere::kStages && BlazeHalfAmpere::kSharedBytes == 161760);
static_assert(BlazeHalfHopper::kSharedBytes <= 232448);
static_assert(BlazeHalfAmpere::kSharedBytes <= 166912);

}  // namespace eyelid::kernels::gpu
