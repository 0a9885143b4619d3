// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "eyelid/networks/mtcnn_weights.hpp"

namespace eyelid::kernels {
struct ConvolutionKernels;
}

namespace eyelid::networks {

/// Weights in the order the kernels read them. Immutable; shared by the networks of all threads.
struct PackedMtcnn;
std::shared_ptr<const PackedMtcnn> pack_mtcnn(const MtcnnWeights& weights);

/// Pixels come normalized: (gray - 127.5) / 128.
inline constexpr float kMtcnnScale = 1.0f / 128.0f;
inline constexpr float kMtcnnOffset = 127.5f;

/// Input sizes of the three networks, in pixels.
inline constexpr int kProposalWindow_px = 12;
inline constexpr int kRefinementInput_px = 24;
inline constexpr int kOutputInput_px = 48;

/// One cell of P-net whose 12 x 12 window at (2 x, 2 y) of the picture looks like a face.
struct MtcnnProposal {
  int x = 0;
  int y = 0;
  float logit = 0.0f;                 // of face against background
  std::array<float, 4> correction{};  // of the edges left, top, right, bottom in parts of the box
};

/// P-net over one picture of any size, in single precision, a few rows at a time so that the
/// layers' rows stay in the second-level cache. Corrections are computed only where the logit
/// passes.
///
/// Threads: one network per thread. Allocates only if a picture is wider than all before, and in
/// `proposals`.
class ProposalNetwork {
 public:
  /// Writes row y of the picture, normalized, even and odd columns separately:
  /// even[i] = pixel 2 i, odd[i] = pixel 2 i + 1. Each row is requested once, top to bottom.
  using WriteRow = std::function<void(int y, float* even, float* odd)>;

  explicit ProposalNetwork(std::shared_ptr<const PackedMtcnn> weights);
  ProposalNetwork(std::shared_ptr<const PackedMtcnn> weights,
                  const kernels::ConvolutionKernels& kernels);
  ~ProposalNetwork();
  ProposalNetwork(ProposalNetwork&&) noexcept;
  ProposalNetwork& operator=(ProposalNetwork&&) noexcept;

  /// Appends the cells with logit >= `logit_threshold`, row by row. Pictures smaller than the
  /// window have none.
  void run(int width,
           int height,
           const WriteRow& write_row,
           float logit_threshold,
           std::vector<MtcnnProposal>& proposals);

 private:
  struct Workspace;
  std::shared_ptr<const PackedMtcnn> weights_;
  std::unique_ptr<Workspace> workspace_;
};

/// R-net or O-net on square gray crops, several at once: crops fill the vector lanes.
///
/// Threads: one network per thread. Allocates only in the constructor.
class CropNetwork {
 public:
  enum class Kind { Refinement, Output };

  CropNetwork(Kind kind, std::shared_ptr<const PackedMtcnn> weights);
  CropNetwork(Kind kind,
              std::shared_ptr<const PackedMtcnn> weights,
              const kernels::ConvolutionKernels& kernels);
  ~CropNetwork();
  CropNetwork(CropNetwork&&) noexcept;
  CropNetwork& operator=(CropNetwork&&) noexcept;

  int input_px() const;   // 24 or 48
  int max_crops() const;  // per run

  /// The input of the next run, normalized and interleaved: pixel (x, y) of crop i at
  /// [(y * input_px() + x) * crops + i].
  float* input();

  /// Numbers of crop i, valid until the next run.
  struct Result {
    float logit = 0.0f;                 // of face against background
    std::array<float, 4> correction{};  // of left, top, right, bottom edge in parts of the box
    std::array<float, 10> points{};     // O-net: 5 x, then 5 y, in parts of the box; R-net: 0
  };
  /// 1 <= crops <= max_crops().
  std::span<const Result> run(int crops);

 private:
  struct Workspace;
  Kind kind_;
  std::shared_ptr<const PackedMtcnn> weights_;
  std::unique_ptr<Workspace> workspace_;
};

}  // namespace eyelid::networks
