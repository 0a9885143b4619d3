// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "eyelid/core/face.hpp"
#include "eyelid/core/image.hpp"
#include "eyelid/evaluation/landmark_datasets.hpp"
#include "eyelid/synthesis/portrait.hpp"

namespace eyelid::training {

/// A picture in memory and what is known of its face.
struct TrainingFace {
  GrayImage image;
  EyeLandmarks eyes;
  std::optional<FaceLandmarks> points;
  Rect hull;  // round all annotated points

  /// The face in a mirror: picture flipped, points renamed.
  TrainingFace mirrored() const;
};

/// Photographs to be read and portraits to be drawn, by number; one at a time is in memory.
class TrainingFaces {
 public:
  void add(std::vector<evaluation::LabeledFace> photographs);
  /// Pictures of `people` synthetic persons with seeds `first_seed`, ...; a third wear glasses.
  void add_rendered(std::size_t people, std::size_t pictures_each, std::uint64_t first_seed);

  std::size_t size() const { return photographs_.size() + sitters_.size() * pictures_each_; }
  bool is_rendered(std::size_t index) const { return index >= photographs_.size(); }
  /// Any thread. Throws InputError when the picture cannot be read.
  TrainingFace load(std::size_t index) const;

 private:
  std::vector<evaluation::LabeledFace> photographs_;
  std::vector<synthesis::PortraitSubject> sitters_;
  std::size_t pictures_each_ = 0;
};

/// Annotated EAR below which an eye counts as closed, and below which as half closed.
inline constexpr float kClosedEar = 0.12f;
inline constexpr float kHalfClosedEar = 0.20f;

/// The smaller eye aspect ratio of the two; 1 when an eye has none.
float smaller_ear(const EyeLandmarks& eyes);

/// The same answer for ever: true for about `held_out_share` of the scenes, in every `fold` (0, 1,
/// ...) others.
bool is_held_out(std::string_view scene, double held_out_share, int fold);

/// Divides by scene.
struct SceneSplit {
  std::vector<evaluation::LabeledFace> training;
  std::vector<evaluation::LabeledFace> held_out;
};
SceneSplit split_by_scene(std::vector<evaluation::LabeledFace> faces,
                          double held_out_share,
                          int fold = 0);

}  // namespace eyelid::training
