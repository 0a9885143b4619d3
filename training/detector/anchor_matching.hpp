// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>

#include "training/detector/training_sample.hpp"

namespace eyelid::training {

/// BlazeFace's anchors have no size when it runs, but each learns faces of one size: shares of the
/// input's side, 2 slots of the 16x16 map, then 6 of the 8x8 map. The public model fires in this
/// pattern.
inline constexpr std::array<float, 8> kHiddenAnchorSizes = {
    0.148f, 0.228f, 0.349f, 0.438f, 0.549f, 0.642f, 0.75f, 0.866f};

/// The square of each anchor, in input pixels on pixel edges.
const std::array<Rect, kDetectorAnchors>& hidden_anchors();

/// What each anchor is to say about a sample: index of a face, or one of these.
inline constexpr std::int16_t kBackground = -1;
inline constexpr std::int16_t kIgnored = -2;
using AnchorAssignment = std::array<std::int16_t, kDetectorAnchors>;

/// An anchor learns the face it overlaps most when the overlap (IoU) reaches min(0.5, 0.85 of what
/// the best anchor of this face has), so that every face has one. From min(0.35, 0.6 best), and
/// where it meets an ignored face likewise or lies mostly inside one, nothing is asked of it.
void assign_anchors(const TrainingSample& sample, AnchorAssignment& assignment);

}  // namespace eyelid::training
