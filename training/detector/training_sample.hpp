// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "eyelid/core/geometry.hpp"

namespace eyelid::training {

inline constexpr int kDetectorSide = 128;        // input of BlazeFace front, pixels
inline constexpr int kDetectorAnchors = 896;     // 2 x 16 x 16, then 6 x 8 x 8
inline constexpr int kDetectorNumbers = 16 + 1;  // box and keypoints, then the score's logit

/// A face the detector must find, in input pixels measured on pixel edges.
struct LabeledFace {
  Rect box;                                // the public model's convention (square, brows to chin)
  std::array<Point, 6> keypoints{};        // right eye, left eye, nose, mouth, right ear, left ear
  std::array<float, 6> keypoint_weight{};  // 0: unknown
};

/// One picture as the network sees it, with what is known about it.
struct TrainingSample {
  std::array<float, kDetectorSide * kDetectorSide> pixels{};  // gray, -1 .. 1
  std::vector<LabeledFace> faces;
  std::vector<Rect> ignored;  // faces neither rewarded nor punished: tiny, hidden, unannotated
  /// The teacher's raw outputs for the same crop, undegraded, in its own colors: kDetectorAnchors
  /// rows of kDetectorNumbers; empty: no teacher.
  std::vector<float> teacher;
};

/// Where samples come from. Sample `index` of a source is a pure function of its data, its seed and
/// `index`: any thread may ask for any, and a resumed run sees what an uninterrupted one would.
class SampleSource {
 public:
  virtual ~SampleSource() = default;
  /// Threads: safe to call from several at once. `sample` is overwritten; its memory is reused.
  virtual void make(std::uint64_t index, TrainingSample& sample) const = 0;
};

}  // namespace eyelid::training
