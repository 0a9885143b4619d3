// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "eyelid/kernels/kernel_list.hpp"

namespace eyelid::kernels {

inline constexpr int kHogCell_px = 8;
inline constexpr int kHogOrientations = 18;
inline constexpr int kHogPlanes = 31;
/// Cells of a window, across and down.
inline constexpr int kHogWindow = 10;
/// Cells without content on the left of and above the features, so that windows may hang outside of
/// the picture by so much; on the right and below it is one more.
inline constexpr int kHogBorder = (kHogWindow - 1) / 2;

/// Cells of a picture, and the memory that its features take.
struct HogGrid {
  int columns = 0;  // cells of the picture
  int rows = 0;

  constexpr HogGrid() = default;
  constexpr HogGrid(int width_px, int height_px)
      : columns((width_px + kHogCell_px / 2) / kHogCell_px),
        rows((height_px + kHogCell_px / 2) / kHogCell_px) {}

  /// Cells at the edge have no features, for want of a neighbor.
  constexpr bool is_empty() const { return columns < 3 || rows < 3; }
  /// Cells with features, and places of a window.
  constexpr int width() const { return columns - 2; }
  constexpr int height() const { return rows - 2; }

  /// Kernels work on groups of 8 cells.
  constexpr std::ptrdiff_t score_stride() const { return in_groups(width()); }
  constexpr std::size_t score_size() const { return size(score_stride() * height()); }
  constexpr std::ptrdiff_t plane_stride() const { return in_groups(width()) + 2 * 8; }
  constexpr std::ptrdiff_t plane_height() const { return height() + kHogWindow - 1; }
  constexpr std::size_t planes_size() const {
    return size(kHogPlanes * plane_height() * plane_stride());
  }
  /// What both functions below need.
  constexpr std::size_t scratch_size() const {
    return size(vote_stride() * (kHogOrientations * (rows + std::ptrdiff_t{3}) + 3 * rows));
  }
  constexpr std::ptrdiff_t vote_stride() const { return in_groups(columns + 2); }

 private:
  static constexpr std::ptrdiff_t in_groups(std::ptrdiff_t cells) { return (cells + 7) / 8 * 8; }
  static constexpr std::size_t size(std::ptrdiff_t count) {
    return static_cast<std::size_t>(count);
  }
};

/// Histograms of oriented gradients of a gray picture, as (kHogPlanes, plane_height(),
/// plane_stride()) floats: of each inner cell 18 signed orientations, 9 unsigned ones, and 4 sums
/// of texture, each normalized by the four blocks of 2 x 2 cells that it belongs to.
///
/// A pixel votes with the length of its gradient for the nearest of 18 directions, in the four
/// nearest cells, by its distance to their centers. Border cells of `planes` are not touched and
/// must be 0. `scratch`: HogGrid(width, height).scratch_size() floats; the grid must not be empty.
///
/// The same bits on every processor: products are rounded before they are added, and the order is
/// fixed: parts of 256 pixels of a row in eight stretches by turns, each from left to right; rows
/// from above to below.
///
/// Source: Felzenszwalb, Girshick, McAllester & Ramanan, "Object detection with discriminatively
/// trained part based models", PAMI 32 (2010); D. King's dlib (extract_fhog_features), from which
/// these features differ by rounding only.
using HogFeatures = void(const std::uint8_t* pixels,
                         std::ptrdiff_t stride,
                         int width,
                         int height,
                         float* scratch,
                         float* planes);

/// A filter of one plane that is the product of a column and a row.
struct HogFilter {
  int plane;
  float row[kHogWindow];
  float column[kHogWindow];
};

/// (height(), score_stride()) sums of all filters over the window whose upper left cell is there,
/// counted with the border; the grid must not be empty; filters in order, each along the row first.
/// Rounding as above.
using HogScores = void(const float* planes,
                       const HogGrid& grid,
                       const HogFilter* filters,
                       std::ptrdiff_t filter_count,
                       float* scratch,
                       float* scores);

struct HogKernels {
  const char* isa;      // "scalar", "x86_avx2"
  std::uint32_t needs;  // compute::CpuFeature bits
  HogFeatures* features;
  HogScores* scores;
};

KernelList<HogKernels> hog_kernels();

/// Declares the two functions of one instruction set.
#define EYELID_HOG_KERNELS(isa) \
  namespace isa {               \
  HogFeatures hog_features;     \
  HogScores hog_scores;         \
  }
EYELID_HOG_KERNELS(scalar)
EYELID_HOG_KERNELS(avx2)

}  // namespace eyelid::kernels
