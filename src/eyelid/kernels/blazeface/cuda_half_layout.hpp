// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include "eyelid/kernels/gpu/block.hpp"

/// Where everything of the half-precision BlazeFace lies: in shared memory while it runs, and in
/// device memory (weights, results). See cuda_half.hpp for the order of work.
namespace eyelid::kernels::gpu {

constexpr int round_up(int value, int multiple) {
  return (value + multiple - 1) / multiple * multiple;
}

/// The network, stem first. Layer 0 is the stem, layer l > 0 block l - 1.
inline constexpr int kHalfLayers = 17;
inline constexpr int kHalfFrontLayers = 7;  // stem to block 5: maps too large to keep whole
// Functions and no tables: device code cannot read tables of the host.
constexpr int half_channels(int layer) {
  constexpr int kChannels[kHalfLayers] = {
      24, 24, 28, 32, 36, 42, 48, 56, 64, 72, 80, 88, 96, 96, 96, 96, 96};
  return kChannels[layer];
}
/// Of the (square) map.
constexpr int half_width(int layer) {
  return layer < 3 ? 64 : layer < 6 ? 32 : layer < 12 ? 16 : 8;
}
inline constexpr int kInputSide = 128;
inline constexpr int kAnchors = 896;
inline constexpr int kAnchors16 = 512;
inline constexpr int kFeatures16 = 88;  // channels of the last 16x16 map
inline constexpr int kFeatures8 = 96;

constexpr int half_stride(int layer) {
  return layer == 0 ? 2 : half_width(layer - 1) / half_width(layer);
}
/// Channels are computed in tiles of 8; what pads them is 0.
constexpr int half_stored(int layer) { return round_up(half_channels(layer), 8); }
/// Sums over channels go in steps of 16 (25 taps of the stem).
constexpr int half_steps(int layer) {
  return (layer == 0 ? 32 : round_up(half_channels(layer - 1), 16)) / 16;
}

/// Halves from one pixel to the next, so that the eight pixels a quarter-warp reads together fall
/// into different banks: the distance of two output pixels, 2 stride pitch bytes 2, must be 32 or
/// 96 modulo 128. In the tail all maps of one size share a pitch.
constexpr int half_pitch(int layer) {
  if (layer >= 12) return 104;
  if (layer >= 7) return 88;
  constexpr int kPitch[kHalfFrontLayers] = {24, 24, 36, 40, 40, 52, 56};
  return kPitch[layer];
}
/// A row of a map: one pixel of zeros, then the pixels. The zero behind a row is that of the next.
constexpr int half_row(int layer) { return (half_width(layer) + 1) * half_pitch(layer); }

/// Rows of every front layer that are done; and when rows can be done. A step of the front lets
/// all layers work at once, each on rows that the one before finished in earlier steps.
struct HalfRows {
  int first[kHalfFrontLayers];  // that this block computes
  int end[kHalfFrontLayers];
};

/// The rows of each front layer needed for rows begin .. end of the last one (block 5, 16 rows).
constexpr HalfRows half_rows(int begin, int end) {
  HalfRows rows{};
  for (int layer = kHalfFrontLayers - 1; layer >= 0; layer--) {
    rows.first[layer] = begin < 0 ? 0 : begin;
    rows.end[layer] = end > half_width(layer) ? half_width(layer) : end;
    begin = half_stride(layer) == 1 ? rows.first[layer] - 1 : 2 * rows.first[layer];
    end = half_stride(layer) == 1 ? rows.end[layer] + 1 : 2 * rows.end[layer] + 1;
  }
  return rows;
}

/// How far a layer can be after a step that began with `done` rows of the layer before.
constexpr int half_possible(const HalfRows& rows, int layer, int done) {
  if (done >= rows.end[layer - 1]) return rows.end[layer];
  const int possible = half_stride(layer) == 1 ? done - 1 : (done - 1) / 2;
  return possible > rows.first[layer] ? possible : rows.first[layer];
}

/// Rows of a layer that one step computes at most: as many as `band` stem rows lead to. Without
/// this limit a layer whose input is complete would run ahead, and the ring behind it had to be
/// larger.
constexpr int half_rate(int layer, int band) {
  const int rate = band * half_width(layer) / half_width(0);
  return rate > 0 ? rate : 1;
}

/// Advances `done` by one step of `band` stem rows: the layers from last to first, so that each
/// sees how far the one before had come.
constexpr void half_advance(const HalfRows& rows, int band, int* done) {
  EYELID_UNROLL
  for (int layer = kHalfFrontLayers - 1; layer >= 0; layer--) {
    const int possible = layer == 0 ? rows.end[0] : half_possible(rows, layer, done[layer - 1]);
    const int next = done[layer] + half_rate(layer, band);
    done[layer] = next < possible ? next : possible;
  }
}

/// How the front goes, as a table in device memory: per step a word with the rows done of every
/// layer (a byte each, layer 0 in the lowest), first those before the first step. The last byte of
/// the first word is the number of steps. One table for the whole picture, then one per part.
inline constexpr int kHalfParts = 8;
inline constexpr int kHalfScheduleSteps = 63;
constexpr int half_done(Half4 progress, int layer) {
  return static_cast<int>((layer < 4 ? progress.low : progress.high) >> (8 * (layer % 4)) & 255u);
}
template <class Word>  // (kHalfScheduleSteps + 1) Half4
constexpr void write_half_schedule(int band, int begin, int end, Word* words) {
  const HalfRows rows = half_rows(begin, end);
  int done[kHalfFrontLayers] = {};
  for (int i = 0; i < kHalfFrontLayers; i++) done[i] = rows.first[i];
  unsigned steps = 0;
  for (;; steps++) {
    Half4 word{0u, 0u};
    for (int i = 0; i < kHalfFrontLayers; i++) {
      (i < 4 ? word.low : word.high) |= static_cast<std::uint32_t>(done[i]) << (8 * (i % 4));
    }
    words[steps] = word;
    if (done[kHalfFrontLayers - 1] >= rows.end[kHalfFrontLayers - 1]) break;
    half_advance(rows, band, done);
  }
  words[0].high |= steps << 24;
}

/// Rows a ring must hold: from the first a step reads to the last it writes, the most over a run.
constexpr int half_ring_rows_for(int layer, int band, int begin, int end) {
  const HalfRows rows = half_rows(begin, end);
  int done[kHalfFrontLayers] = {};
  for (int i = 0; i < kHalfFrontLayers; i++) done[i] = rows.first[i];
  int most = 0;
  while (done[kHalfFrontLayers - 1] < rows.end[kHalfFrontLayers - 1]) {
    const int next = done[layer + 1];
    const int lowest = half_stride(layer + 1) == 1 ? next - 1 : 2 * next;
    half_advance(rows, band, done);
    const int span = done[layer] - (lowest < 0 ? 0 : lowest);
    most = span > most ? span : most;
  }
  return most;
}
/// For the whole picture, and for every part of two rows (the latency variant).
constexpr int half_ring_rows(int layer, int band) {
  int most = half_ring_rows_for(layer, band, 0, 16);
  for (int part = 0; part < 8; part++) {
    const int rows = half_ring_rows_for(layer, band, 2 * part, 2 * part + 2);
    most = rows > most ? rows : most;
  }
  return most;
}

/// Offsets in shared memory, in halves.
struct HalfShared {
  int map[kHalfLayers];
  int rows[kHalfLayers];  // of the ring; of whole maps: their height
  int zero_row;
  int scratch;  // one word
  int staged;   // behind the maps of the tail: room for weights of its layers, in turn
  int end;      // of the activations; the resident weights follow
};
constexpr HalfShared half_shared(int band) {
  HalfShared shared{};
  int next = 0;
  const auto take = [&](int halves) {
    const int begin = next;
    next += round_up(halves, 64);
    return begin;
  };
  shared.scratch = take(2);
  shared.zero_row = take(66 * 40);  // the longest row is that of layer 2, one pixel more behind it
  // The output of the front lives on while the tail begins.
  shared.rows[6] = 16;
  shared.map[6] = take(16 * half_row(6) + half_pitch(6));
  const int tail = next;
  for (int layer = 0; layer < 6; layer++) {
    shared.rows[layer] = half_ring_rows(layer, band);
    shared.map[layer] = take(shared.rows[layer] * half_row(layer) + half_pitch(layer));
  }
  const int front_end = next;
  // The tail takes the place of the rings: two 16x16 maps in turn, then two 8x8 maps. The last
  // 16x16 map (layer 11) is in the first place: the heads read it.
  next = tail;
  const int even = take(16 * half_row(11) + half_pitch(11));
  const int odd = take(16 * half_row(11) + half_pitch(11));
  for (int layer = 7; layer < 12; layer++) {
    shared.rows[layer] = 16;
    shared.map[layer] = layer % 2 == 1 ? even : odd;
  }
  next = odd;
  const int small_even = take(8 * half_row(16) + half_pitch(16));
  const int small_odd = take(8 * half_row(16) + half_pitch(16));
  for (int layer = 12; layer < kHalfLayers; layer++) {
    shared.rows[layer] = 8;
    shared.map[layer] = layer % 2 == 0 ? small_even : small_odd;
  }
  const int tail_end = odd + 16 * half_row(11) + half_pitch(11);
  shared.staged = round_up(tail_end, 64);
  shared.end = round_up(front_end > tail_end ? front_end : tail_end, 64);
  return shared;
}

/// Offsets of the weights in device memory, in 8-byte words (Half4, or two floats), of one layer:
///   depthwise   [step][tap, then bias][lane % 4] -> 4 channels
///   pointwise   [step][tile of 8 outputs][lane]  -> FragmentB
///   bias        [tile of 8 outputs][lane % 4]    -> two floats
struct HalfLayerWeights {
  int depthwise;
  int pointwise;
  int bias;
};
struct HalfWeights {
  HalfLayerWeights layer[kHalfLayers];
  HalfLayerWeights scores_16;
  HalfLayerWeights scores_8;
  int end;
};
constexpr HalfWeights half_weights() {
  HalfWeights weights{};
  int next = 0;
  const auto take = [&](int steps, int tiles, bool has_depthwise) {
    HalfLayerWeights layer{};
    layer.depthwise = next;
    next += has_depthwise ? steps * 10 * 4 : 0;
    layer.pointwise = next;
    next += steps * tiles * kWarpLanes;
    layer.bias = next;
    next += tiles * 4;
    return layer;
  };
  for (int layer = 0; layer < kHalfLayers; layer++) {
    weights.layer[layer] = take(half_steps(layer), half_stored(layer) / 8, layer > 0);
  }
  weights.scores_16 = take(round_up(kFeatures16, 16) / 16, 1, false);
  weights.scores_8 = take(round_up(kFeatures8, 16) / 16, 1, false);
  weights.end = next;
  return weights;
}

/// Where one layer's weights begin and end.
constexpr int half_layer_begin(int layer) { return half_weights().layer[layer].depthwise; }
constexpr int half_layer_end(int layer) {
  return layer + 1 < kHalfLayers ? half_layer_begin(layer + 1) : half_weights().scores_16.pointwise;
}
constexpr int half_layer_packed(int layer) {
  return half_layer_end(layer) - half_layer_begin(layer);
}
constexpr int max_half_layer_packed() {
  int most = 0;
  for (int layer = kHalfFrontLayers; layer < kHalfLayers; layer++) {
    most = half_layer_packed(layer) > most ? half_layer_packed(layer) : most;
  }
  return most;
}

/// The weights of one layer, in shared or in device memory.
template <bool kIsShared>
struct HalfLayerPacked {
  const Half4* words;  // the first of the layer

  template <class Arithmetic>
  EYELID_DEVICE Half4 load(int i) const {
    if constexpr (kIsShared) {
      return words[i];
    } else {
      return Arithmetic::load(words + i);
    }
  }
  EYELID_DEVICE Floats2 floats(int i) const { return *reinterpret_cast<const Floats2*>(words + i); }
};

}  // namespace eyelid::kernels::gpu
