// SPDX-License-Identifier: MIT
#pragma once

#include "eyelid/kernels/blazeface/cuda_half_layout.hpp"

namespace eyelid::kernels::gpu {

inline constexpr float kMaxHalf = 65504.0f;

/// One warp's share of a layer: 16 neighboring pixels of a row (of two rows where a map is 8 wide)
/// times kRows rows, times kTiles tiles of 8 channels.
///
/// The depthwise results never leave the registers: each lane computes those that its fragment of
/// the matrix instruction holds. Rows g and g + 8 of the fragment are the pixels 2g and 2g + 1, so
/// that their windows overlap; columns 2t, 2t + 1, 2t + 8, 2t + 9 are the channels 4t .. 4t + 3, so
/// that a lane reads four channels at once.
template <int kLayer, int kRows, int kTiles, int kBand>
struct HalfTile {
  static constexpr HalfShared kShared = half_shared(kBand);
  static constexpr int kStride = half_stride(kLayer);
  static constexpr int kWidth = half_width(kLayer);
  static constexpr int kInputWidth = half_width(kLayer - 1);
  static constexpr int kInputs = half_channels(kLayer - 1);
  static constexpr int kInputPitch = half_pitch(kLayer - 1);
  static constexpr int kInputRow = half_row(kLayer - 1);
  static constexpr int kInputMap = kShared.map[kLayer - 1];
  static constexpr int kInputRows = kShared.rows[kLayer - 1];
  static constexpr int kPitch = half_pitch(kLayer);
  static constexpr int kMap = kShared.map[kLayer];
  static constexpr int kMapRows = kShared.rows[kLayer];
  static constexpr int kRowLength = half_row(kLayer);
  static constexpr int kZeroRow = kShared.zero_row;
  static constexpr int kSteps = half_steps(kLayer);
  static constexpr int kAllTiles = half_stored(kLayer) / 8;
  static constexpr HalfWeights kWeights = half_weights();
  // From the begin of the layer's weights, where the depthwise ones are.
  static constexpr int kPointwise = kWeights.layer[kLayer].pointwise - half_layer_begin(kLayer);
  static constexpr int kBias = kWeights.layer[kLayer].bias - half_layer_begin(kLayer);
  static constexpr int kWindowRows = kStride * (kRows - 1) + 3;
  static constexpr int kWindowColumns = kStride + 3;

  /// What one lane looks at: its pixel pair in the first row of the tile.
  struct Window {
    int row[kWindowRows];  // at the first column of the window, as a place in shared memory
    int y;
    int x;
  };

  template <class Warp, class Words>
  static EYELID_DEVICE void run(const Warp& warp,
                                std::uint16_t* shared,
                                Words weights,
                                int y,
                                int x,
                                int valid_rows,
                                int first_tile) {
    typename Warp::template Lanes<Window> windows;
    typename Warp::template Lanes<FragmentSums> sums[kRows][kTiles];
    warp.each_lane([&](int lane) {
      windows[lane] = window(y, x, valid_rows, lane);
      EYELID_UNROLL
      for (int m = 0; m < kRows; m++) {
        EYELID_UNROLL
        for (int n = 0; n < kTiles; n++) sums[m][n][lane] = {};
      }
    });
    EYELID_KEEP_LOOP
    for (int step = 0; step < kSteps; step++) {
      typename Warp::template Lanes<FragmentA> a[kRows];
      warp.each_lane([&](int lane) {
        FragmentA values[kRows];
        depthwise<Warp>(shared, windows[lane], weights, step, lane, values);
        EYELID_UNROLL
        for (int m = 0; m < kRows; m++) a[m][lane] = values[m];
      });
      EYELID_UNROLL
      for (int n = 0; n < kTiles; n++) {
        typename Warp::template Lanes<FragmentB> b;
        warp.each_lane([&](int lane) {
          const Half4 four = weights.template load<Warp>(
              kPointwise + (step * kAllTiles + first_tile + n) * kWarpLanes + lane);
          b[lane] = {{four.low, four.high}};
        });
        EYELID_UNROLL
        for (int m = 0; m < kRows; m++) warp.mma(sums[m][n], a[m], b);
      }
    }
    warp.each_lane([&](int lane) {
      EYELID_UNROLL
      for (int n = 0; n < kTiles; n++) {
        EYELID_UNROLL
        for (int m = 0; m < kRows; m++) {
          if (m < valid_rows) {
            store<Warp>(shared, weights, windows[lane], m, first_tile + n, sums[m][n][lane], lane);
          }
        }
      }
    });
  }

 private:
  static EYELID_DEVICE int input_row(int y) {
    if (y < 0 || y >= kInputWidth) return kZeroRow;
    return kInputMap + y % kInputRows * kInputRow;
  }

  static EYELID_DEVICE Window window(int y, int x, int valid_rows, int lane) {
    const int g = lane / 4;
    Window result;
    result.y = kWidth == 8 ? y + g / 4 : y;
    result.x = kWidth == 8 ? 2 * (g % 4) : x + 2 * g;
    // The slot before the first pixel is the padding: column c lies in slot c + 1.
    const int first_slot = kStride == 1 ? result.x : 2 * result.x + 1;
    const int first_row = kStride == 1 ? result.y - 1 : 2 * result.y;
    EYELID_UNROLL
    for (int r = 0; r < kWindowRows; r++) {
      // Rows that only a row beyond the end would need may not be there yet.
      const bool is_needed = r < kStride * (valid_rows - 1) + 3;
      result.row[r] = input_row(is_needed ? first_row + r : -1) + first_slot * kInputPitch;
    }
    return result;
  }

  template <class Arithmetic, class Words>
  static EYELID_DEVICE void depthwise(const std::uint16_t* shared,
                                      const Window& window,
                                      Words weights,
                                      int step,
                                      int lane,
                                      FragmentA* values) {
    const int channel = 16 * step + 4 * (lane % 4);
    const int taps = step * 40 + lane % 4;
    const Half4 bias = weights.template load<Arithmetic>(taps + 36);
    Half4 sums[kRows][2];
    EYELID_UNROLL
    for (int m = 0; m < kRows; m++) sums[m][0] = sums[m][1] = bias;
    if (channel < round_up(kInputs, 4)) {
      Half4 weight[9];
      EYELID_UNROLL
      for (int tap = 0; tap < 9; tap++) {
        weight[tap] = weights.template load<Arithmetic>(taps + 4 * tap);
      }
      EYELID_UNROLL
      for (int r = 0; r < kWindowRows; r++) {
        Half4 pixels[kWindowColumns];
        EYELID_UNROLL
        for (int c = 0; c < kWindowColumns; c++) {
          pixels[c] =
              *reinterpret_cast<const Half4*>(shared + window.row[r] + c * kInputPitch + channel);
        }
        EYELID_UNROLL
        for (int m = 0; m < kRows; m++) {
          const int dy = r - kStride * m;
          if (dy < 0 || dy > 2) continue;
          EYELID_UNROLL
          for (int i = 0; i < 6; i++) {
            const int dx = i / 2, j = i % 2;
            const Half4 pixel = pixels[kStride * j + dx];
            sums[m][j].low = Arithmetic::fma2(pixel.low, weight[3 * dy + dx].low, sums[m][j].low);
            sums[m][j].high =
                Arithmetic::fma2(pixel.high, weight[3 * dy + dx].high, sums[m][j].high);
          }
        }
      }
    }
    EYELID_UNROLL
    for (int m = 0; m < kRows; m++) {
      values[m] = {{sums[m][0].low, sums[m][1].low, sums[m][0].high, sums[m][1].high}};
    }
  }

  /// Of two neighboring channels, at pixel j of the pair in row m of the tile.
  template <class Arithmetic>
  static EYELID_DEVICE Floats2
  shortcut(const std::uint16_t* shared, const Window& window, int m, int j, int channel) {
    if (channel >= kInputs) return {0.0f, 0.0f};
    const auto at = [&](int r, int column) {
      return *reinterpret_cast<const Half2*>(shared + window.row[r] + column * kInputPitch +
                                             channel);
    };
    if constexpr (kStride == 1) {
      return Arithmetic::floats(at(m + 1, j + 1));
    } else {
      return Arithmetic::floats(
          Arithmetic::max2(Arithmetic::max2(at(2 * m, 2 * j), at(2 * m, 2 * j + 1)),
                           Arithmetic::max2(at(2 * m + 1, 2 * j), at(2 * m + 1, 2 * j + 1))));
    }
  }

  template <class Arithmetic, class Words>
  static EYELID_DEVICE void store(std::uint16_t* shared,
                                  Words weights,
                                  const Window& window,
                                  int m,
                                  int tile,
                                  const FragmentSums& sums,
                                  int lane) {
    const int t = lane % 4;
    const int channel = 8 * tile + 2 * t;
    const Floats2 bias = weights.floats(kBias + tile * 4 + t);
    std::uint16_t* row = shared + kMap + (window.y + m) % kMapRows * kRowLength;
    EYELID_UNROLL
    for (int j = 0; j < 2; j++) {
      const Floats2 beside = shortcut<Arithmetic>(shared, window, m, j, channel);
      const float x = sums.value[2 * j] + (bias.x + beside.x);
      const float y = sums.value[2 * j + 1] + (bias.y + beside.y);
      *reinterpret_cast<Half2*>(row + (window.x + j + 1) * kPitch + channel) =
          Arithmetic::half2(Arithmetic::min(Arithmetic::max(x, 0.0f), kMaxHalf),
                            Arithmetic::min(Arithmetic::max(y, 0.0f), kMaxHalf));
    }
  }
};

/// The stem on 16 neighboring pixels of one row: the 25 taps of the window are the "channels".
template <int kBand>
struct HalfStemTile {
  static constexpr HalfShared kShared = half_shared(kBand);
  static constexpr HalfWeights kWeights = half_weights();
  static constexpr int kMap = kShared.map[0];
  static constexpr int kMapRows = kShared.rows[0];
  static constexpr int kPointwise = kWeights.layer[0].pointwise - half_layer_begin(0);
  static constexpr int kBias = kWeights.layer[0].bias - half_layer_begin(0);
  static constexpr int kTiles = half_stored(0) / 8;
  static constexpr int kPitch = half_pitch(0);

  /// `input` is the picture; the network sees pixel + pixel_offset, the scale is in the weights.
  template <class Warp, class Words>
  static EYELID_DEVICE void run(const Warp& warp,
                                std::uint16_t* shared,
                                Words weights,
                                const std::uint8_t* input,
                                float pixel_offset,
                                int y,
                                int x) {
    typename Warp::template Lanes<FragmentSums> sums[kTiles];
    warp.each_lane([&](int lane) {
      EYELID_UNROLL
      for (int n = 0; n < kTiles; n++) sums[n][lane] = {};
    });
    EYELID_UNROLL
    for (int step = 0; step < 2; step++) {
      typename Warp::template Lanes<FragmentA> a;
      warp.each_lane([&](int lane) {
        const int first_tap = 16 * step + 4 * (lane % 4);
        a[lane] = taps<Warp>(input, pixel_offset, y, x + lane / 4 * 2, first_tap);
      });
      EYELID_UNROLL
      for (int n = 0; n < kTiles; n++) {
        typename Warp::template Lanes<FragmentB> b;
        warp.each_lane([&](int lane) {
          const Half4 four =
              weights.template load<Warp>(kPointwise + (step * kTiles + n) * kWarpLanes + lane);
          b[lane] = {{four.low, four.high}};
        });
        warp.mma(sums[n], a, b);
      }
    }
    warp.each_lane([&](int lane) {
      std::uint16_t* row = shared + kMap + y % kMapRows * half_row(0);
      EYELID_UNROLL
      for (int n = 0; n < kTiles; n++) {
        const Floats2 bias = weights.floats(kBias + n * 4 + lane % 4);
        const int channel = 8 * n + 2 * (lane % 4);
        EYELID_UNROLL
        for (int j = 0; j < 2; j++) {
          const float low = Warp::max(sums[n][lane].value[2 * j] + bias.x, 0.0f);
          const float high = Warp::max(sums[n][lane].value[2 * j + 1] + bias.y, 0.0f);
          *reinterpret_cast<Half2*>(row + (x + lane / 4 * 2 + j + 1) * kPitch + channel) =
              Warp::half2(Warp::min(low, kMaxHalf), Warp::min(high, kMaxHalf));
        }
      }
    });
  }

 private:
  template <class Arithmetic>
  static EYELID_DEVICE FragmentA
  taps(const std::uint8_t* input, float pixel_offset, int y, int x, int first_tap) {
    float value[2][4];
    EYELID_UNROLL
    for (int i = 0; i < 4; i++) {
      const int tap = first_tap + i;
      const int row = 2 * y - 1 + tap / 5;
      EYELID_UNROLL
      for (int j = 0; j < 2; j++) {
        const int column = 2 * (x + j) - 1 + tap % 5;
        const bool is_inside =
            tap < 25 && row >= 0 && row < kInputSide && column >= 0 && column < kInputSide;
        value[j][i] =
            is_inside ? static_cast<float>(input[row * kInputSide + column]) + pixel_offset : 0.0f;
      }
    }
    return {{Arithmetic::half2(value[0][0], value[0][1]),
             Arithmetic::half2(value[1][0], value[1][1]),
             Arithmetic::half2(value[0][2], value[0][3]),
             Arithmetic::half2(value[1][2], value[1][3])}};
  }
};

}  // namespace eyelid::kernels::gpu
