// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <span>

namespace eyelid::networks {

/// A valid convolution with bias and ReLU.
struct PointConvolution {
  std::size_t outputs, inputs;
  std::size_t window;         // 3, or 4 with stride 2
  std::size_t stride;         // 1 or 2
  std::size_t width, height;  // of the map that it gives
};
/// The first is followed by a ReLU.
struct PointDense {
  std::size_t outputs, inputs;  // inputs of the first: channel, row, column of the last map
};

/// Layers of a small network from one gray patch to points.
struct PointNetworkShape {
  const char* format;  // of its file
  const char* embedded_file;
  const char* purpose;
  int width, height;  // of the patch, in pixels
  std::span<const PointConvolution> convolutions;
  std::array<PointDense, 2> denses;

  constexpr std::size_t points() const { return denses[1].outputs / 2; }
};

inline constexpr std::size_t kMostPointConvolutions = 5;
inline constexpr std::size_t kMostNetworkPoints = 12;

// clang-format off
inline constexpr std::array<PointConvolution, 5> kEyeFinderConvolutions = {{
    {8, 1, 4, 2, 47, 27},
    {24, 8, 4, 2, 22, 12},
    {32, 24, 3, 1, 20, 10},
    {48, 32, 4, 2, 9, 4},
    {64, 48, 3, 1, 7, 2}}};
inline constexpr std::array<PointConvolution, 4> kLidFinderConvolutions = {{
    {16, 1, 4, 2, 31, 23},
    {24, 16, 4, 2, 14, 10},
    {32, 24, 3, 1, 12, 8},
    {48, 32, 4, 2, 5, 3}}};
// clang-format on

/// From a patch around both eyes (landmarks::kBothEyesPatch) to their lid points, right eye first;
/// 3.7 million multiplications. It is there for the corners: trained to find them where they are
/// whether the eye is open or closed, so that a blink does not move the pictures on which the lids
/// are measured.
inline constexpr PointNetworkShape kEyeFinder{
    "eyelid eye finder 1",
    "eye_finder.safetensors",
    "eye finder: lid points of both eyes, whose corners a blink does not move",
    96,
    56,
    kEyeFinderConvolutions,
    {{{96, 64 * 2 * 7}, {24, 96}}}};

/// From a patch around one eye (landmarks::kLidPatch), the left one mirrored, to its six lid
/// points; 2.1 million multiplications. Its errors are not those of the trees that look at the same
/// eye: their mean errs less than either.
inline constexpr PointNetworkShape kLidFinder{"eyelid lid finder 1",
                                              "lid_finder.safetensors",
                                              "lid finder: lid points of one eye",
                                              64,
                                              48,
                                              kLidFinderConvolutions,
                                              {{{64, 48 * 3 * 5}, {12, 64}}}};

}  // namespace eyelid::networks
