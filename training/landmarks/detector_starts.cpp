// SPDX-License-Identifier: MIT
#include "training/landmarks/detector_starts.hpp"

#include <cmath>

#include "eyelid/evaluation/face_boxes.hpp"
#include "training/landmarks/degrade.hpp"

namespace eyelid::training {
namespace {

constexpr double kMinFace = 0.15;  // of the view's side
constexpr double kMaxFace = 0.60;
constexpr double kRollDeviation = 6.0 * 3.141592653589793 / 180.0;
constexpr float kMinIou = 0.3f;  // as in evaluation: less is another face

}  // namespace

std::optional<std::array<Point, 2>> DetectorStarts::find(const TrainingFace& face,
                                                         synthesis::Random& random) {
  constexpr auto kSide = static_cast<float>(kViewSize);
  const Rect box = evaluation::detector_box_of_hull(face.hull, detector_->name());
  const float side = kSide * std::exp(random.uniform_f(std::log(kMinFace), std::log(kMaxFace)));
  const Point center{random.uniform_f(0.5f * side, kSide - 0.5f * side),
                     random.uniform_f(0.5f * side, kSide - 0.5f * side)};
  const auto roll = static_cast<float>(kRollDeviation * random.normal());
  const Point right{0.5f * side * std::cos(roll), 0.5f * side * std::sin(roll)};
  landmarks::PatchPlacement placement;
  placement.size = {kViewSize, kViewSize};
  placement.frame_from_patch = similarity_from_pairs(center - right,
                                                     center + right,
                                                     box.center() - Point{0.5f * box.width, 0.0f},
                                                     box.center() + Point{0.5f * box.width, 0.0f});
  if (!placement.is_usable()) return std::nullopt;
  cutter_.cut(face.image, placement, view_);
  if (random.chance(0.5)) degrade(view_, random);
  detector_->detect(view_, found_);

  const Rect expected{center.x - 0.5f * side, center.y - 0.5f * side, side, side};
  const FaceBox* best = nullptr;
  float best_iou = kMinIou;
  for (const FaceBox& candidate : found_) {
    const float overlap = iou(candidate.box, expected);
    if (overlap < best_iou) continue;
    best_iou = overlap;
    best = &candidate;
  }
  if (best == nullptr || !best->keypoints) return std::nullopt;
  const auto in_image = [&](FaceKeypoint keypoint) {
    return placement.frame_from_patch((*best->keypoints)[static_cast<std::size_t>(keypoint)]);
  };
  return std::array{in_image(FaceKeypoint::RightEye), in_image(FaceKeypoint::LeftEye)};
}

}  // namespace eyelid::training
