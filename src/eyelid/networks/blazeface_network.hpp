// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>

#include "eyelid/compute/precision.hpp"
#include "eyelid/core/image.hpp"
#include "eyelid/networks/blazeface_weights.hpp"

namespace eyelid::kernels {
struct BlazeFaceKernels;
}

namespace eyelid::networks {

/// Precisions of the stem and the blocks, without F16; the heads always use single precision.
///
/// F32 and int8 run on every processor and give the same bits on all of them. Bf16: weights and
/// activations are bfloat16, sums are single precision in any order; needs AVX512_BF16. Int8:
/// weights -127 .. 127 per output channel, activations 0 .. 255 in steps per channel found by
/// BlazeFaceCalibration, integers throughout.
using compute::Precision;

/// Weights in the order the kernels read them. Immutable; shared by the networks of all threads.
///
/// Int8: throws InputError if the weights have no int8 scales.
struct PackedBlazeFace;
std::shared_ptr<const PackedBlazeFace> pack_blazeface(const BlazeFaceWeights& weights,
                                                      Precision precision = Precision::F32);

/// One number per anchor: 512 of the 16x16 map (2 per cell), then 384 of the 8x8 map (6 per cell),
/// cells row by row.
using BlazeFaceLogits = std::array<float, kBlazeFaceAnchorCount>;
using BlazeFaceBoxNumbers = std::array<float, kBlazeFaceBoxNumbers>;

/// BlazeFace front on one picture of 128x128.
///
/// Boxes are computed on demand: a picture has a handful of anchors above any useful threshold, and
/// 16 numbers at 896 anchors would cost 5 % of the network.
///
/// Threads: one network per thread. Allocates only when constructed.
class BlazeFaceNetwork {
 public:
  /// Uses the fastest kernels for this processor. Throws DeviceError, which names what is missing,
  /// if it has none for the precision of the weights.
  explicit BlazeFaceNetwork(std::shared_ptr<const PackedBlazeFace> weights);
  /// Uses the given kernels, which this processor must support, for weights in F32.
  BlazeFaceNetwork(std::shared_ptr<const PackedBlazeFace> weights,
                   const kernels::BlazeFaceKernels& kernels);
  /// Uses the scalar definitions of all kernels, on any processor: for tests.
  static BlazeFaceNetwork by_definition(std::shared_ptr<const PackedBlazeFace> weights);
  ~BlazeFaceNetwork();
  BlazeFaceNetwork(BlazeFaceNetwork&&) noexcept;
  BlazeFaceNetwork& operator=(BlazeFaceNetwork&&) noexcept;

  /// Scores of all anchors before the sigmoid; valid until the next run().
  const BlazeFaceLogits& run(const FrameView& input);

  /// The same on 128x128x3 bytes of red, green, and blue, as the model was trained; for teachers.
  /// Needs weights in F32 with a color stem (weights().color_stem).
  const BlazeFaceLogits& run_color(std::span<const std::uint8_t> rgb);

  /// The 16 numbers of one anchor of the last run(), in input pixels relative to the anchor.
  BlazeFaceBoxNumbers box_numbers(int anchor) const;

  /// All of them, (896, 16), row-major: the raw output of the public model.
  void all_box_numbers(std::span<float> numbers);

  const std::shared_ptr<const PackedBlazeFace>& weights() const { return weights_; }
  Precision precision() const;
  const char* isa() const;

 private:
  enum class Kernels { Fastest, Definition };
  BlazeFaceNetwork(std::shared_ptr<const PackedBlazeFace> weights, Kernels choice);
  const BlazeFaceLogits& run_layers(const FrameView& input);

  struct Workspace;
  std::shared_ptr<const PackedBlazeFace> weights_;
  std::unique_ptr<Workspace> workspace_;
};

}  // namespace eyelid::networks
