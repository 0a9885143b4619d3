// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstring>

#include "eyelid/compute/aligned_buffer.hpp"
#include "eyelid/compute/cpu_features.hpp"
#include "eyelid/kernels/convolution/convolution.hpp"
#include "eyelid/networks/mtcnn_networks.hpp"
#include "eyelid/networks/packed_mtcnn.hpp"

namespace eyelid::networks {

using compute::AlignedBuffer;
using kernels::kConvolutionBlock;

/// Rows of cells processed at once: three layers of a strip of a 640 px wide picture take 220 KB.
static constexpr int kStripCells = 4;

/// The rows of three layers that a strip of cells needs. Maps are [channel][row][x] with one pitch.
struct ProposalNetwork::Workspace {
  explicit Workspace(const kernels::ConvolutionKernels& chosen) : kernels(&chosen) {}

  static constexpr int kFirstRows = kStripCells + 4, kSecondRows = kStripCells + 2;
  static constexpr int kFirst = 10, kSecond = 16, kThird = 32;

  void reserve(int pixels_wide) {
    if (pixels_wide <= reserved_width) return;
    reserved_width = pixels_wide;
    half_pitch = whole_blocks((pixels_wide + 1) / 2 + 1) + kConvolutionBlock;
    pitch = whole_blocks((pixels_wide - 1) / 2) + kConvolutionBlock;
    const auto buffer = [&](std::ptrdiff_t rows, std::ptrdiff_t row) {
      return AlignedBuffer<float>(static_cast<std::size_t>(rows * row + kMapSlack));
    };
    pixels = buffer(8, half_pitch);
    first = buffer(kFirst * kFirstRows, pitch);
    second = buffer(kSecond * kSecondRows, pitch);
    third = buffer(kThird * kStripCells, pitch);
    logits = buffer(1, pitch);
  }

  /// Row r of the last four of the picture.
  float* even(int y) { return pixels.data() + (y % 4) * 2 * half_pitch; }
  float* odd(int y) { return even(y) + half_pitch; }

  void start(const PackedMtcnn& the_weights, int the_width, int the_height) {
    reserve(the_width);
    weights = &the_weights;
    width = the_width;
    height = the_height;
    next_pixel_row = 0;
  }

  void compute_first_row(int y, const WriteRow& write_row, float* target);
  void collect(const float* row, int y, float threshold, std::vector<MtcnnProposal>& proposals);

  const kernels::ConvolutionKernels* kernels;
  int reserved_width = 0;
  std::ptrdiff_t half_pitch = 0, pitch = 0;
  AlignedBuffer<float> pixels, first, second, third, logits;

  // Of the current picture.
  const PackedMtcnn* weights = nullptr;
  int width = 0, height = 0;
  int next_pixel_row = 0;
};

ProposalNetwork::ProposalNetwork(std::shared_ptr<const PackedMtcnn> weights)
    : ProposalNetwork(std::move(weights),
                      kernels::convolution_kernels().pick(compute::cpu_features())) {}

ProposalNetwork::ProposalNetwork(std::shared_ptr<const PackedMtcnn> weights,
                                 const kernels::ConvolutionKernels& kernels)
    : weights_(std::move(weights)), workspace_(std::make_unique<Workspace>(kernels)) {}

ProposalNetwork::~ProposalNetwork() = default;
ProposalNetwork::ProposalNetwork(ProposalNetwork&&) noexcept = default;
ProposalNetwork& ProposalNetwork::operator=(ProposalNetwork&&) noexcept = default;

namespace {

/// Moves the last `kept` of `rows` rows of every channel to the front.
void keep_last_rows(
    float* map, int channels, std::ptrdiff_t pitch, int map_rows, int filled, int kept) {
  for (int c = 0; c < channels; c++) {
    float* plane = map + c * map_rows * pitch;
    std::memmove(plane,
                 plane + (filled - kept) * pitch,
                 static_cast<std::size_t>(kept * pitch) * sizeof(float));
  }
}

}  // namespace

/// Row y of the first layer, of all channels; fetches the pixel rows not fetched before.
void ProposalNetwork::Workspace::compute_first_row(int y,
                                                   const WriteRow& write_row,
                                                   float* target) {
  const int top = 2 * y;
  const int pool_rows = std::min(2, height - 2 - top);
  for (; next_pixel_row < top + pool_rows + 2; next_pixel_row++) {
    write_row(next_pixel_row, even(next_pixel_row), odd(next_pixel_row));
  }
  kernels::GrayRows rows{};
  for (int r = 0; r < 4; r++) {
    rows.even[r] = even(top + r);
    rows.odd[r] = odd(top + r);
  }
  kernels->convolve_gray({kFirst,
                          weights->first_weights.data(),
                          weights->first_bias.data(),
                          weights->first_slopes.data()},
                         rows,
                         pool_rows,
                         width - 2,
                         {target, kFirstRows * pitch, pitch});
}

/// Cells of one row (of the third layer) that pass.
void ProposalNetwork::Workspace::collect(const float* row,
                                         int y,
                                         float threshold,
                                         std::vector<MtcnnProposal>& proposals) {
  const int cells = (width - 1) / 2 - 4;
  const std::ptrdiff_t plane = kStripCells * pitch;
  kernels->weigh_planes(row,
                        plane,
                        kThird,
                        weights->face_weights.data(),
                        1,
                        weights->face_bias,
                        cells,
                        logits.data());
  for (int x = 0; x < cells; x++) {
    const float logit = logits[static_cast<std::size_t>(x)];
    if (!(logit >= threshold)) continue;
    MtcnnProposal proposal{x, y, logit, {}};
    const float* factors = weights->corrections.weights.data();
    for (std::size_t i = 0; i < 4; i++, factors += kThird) {
      float sum = weights->corrections.bias[i];
      for (int c = 0; c < kThird; c++) sum += factors[c] * row[c * plane + x];
      proposal.correction[i] = sum;
    }
    proposals.push_back(proposal);
  }
}

void ProposalNetwork::run(int width,
                          int height,
                          const WriteRow& write_row,
                          float logit_threshold,
                          std::vector<MtcnnProposal>& proposals) {
  if (width < kProposalWindow_px || height < kProposalWindow_px) return;
  Workspace& work = *workspace_;
  work.start(*weights_, width, height);
  const std::ptrdiff_t pitch = work.pitch;
  const int pooled_width = (width - 1) / 2, cell_rows = (height - 1) / 2 - 4;
  const std::ptrdiff_t first_plane = Workspace::kFirstRows * pitch;
  const std::ptrdiff_t second_plane = Workspace::kSecondRows * pitch;
  int first_done = 0, second_done = 0;  // rows of this strip left by the previous one

  for (int y = 0; y < cell_rows; y += kStripCells) {
    const int rows = std::min(kStripCells, cell_rows - y);
    for (int row = first_done; row < rows + 4; row++) {
      work.compute_first_row(y + row, write_row, work.first.data() + row * pitch);
    }
    work.kernels->convolve(weights_->second.view(),
                           {work.first.data() + second_done * pitch, first_plane, pitch, 1},
                           {work.second.data() + second_done * pitch, second_plane, pitch},
                           rows + 2 - second_done,
                           pooled_width - 2);
    work.kernels->convolve(weights_->third.view(),
                           {work.second.data(), second_plane, pitch, 1},
                           {work.third.data(), kStripCells * pitch, pitch},
                           rows,
                           pooled_width - 4);
    for (int row = 0; row < rows; row++) {
      work.collect(work.third.data() + row * pitch, y + row, logit_threshold, proposals);
    }
    first_done = 4;
    second_done = 2;
    keep_last_rows(work.first.data(), Workspace::kFirst, pitch, Workspace::kFirstRows, rows + 4, 4);
    keep_last_rows(
        work.second.data(), Workspace::kSecond, pitch, Workspace::kSecondRows, rows + 2, 2);
  }
}

}  // namespace eyelid::networks
