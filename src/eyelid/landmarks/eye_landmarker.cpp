// SPDX-License-Identifier: MIT
#include "eyelid/landmarks/eye_landmarker.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "eyelid/core/error.hpp"
#include "eyelid/landmarks/eye_centers.hpp"
#include "eyelid/landmarks/lid_finder.hpp"
#include "eyelid/landmarks/patch.hpp"
#include "eyelid/landmarks/plausibility.hpp"
#include "eyelid/landmarks/presence_judge.hpp"

namespace eyelid::landmarks {
namespace {

static_assert(kBothEyesPatch == PatchSize{networks::kEyeFinder.width, networks::kEyeFinder.height});

using EyeRegionPoints = std::array<Point, kEyeRegionPoints>;

EyeCenters eye_centers(const FaceKeypoints& keypoints) {
  return {keypoints[static_cast<std::size_t>(FaceKeypoint::RightEye)],
          keypoints[static_cast<std::size_t>(FaceKeypoint::LeftEye)]};
}

}  // namespace

struct EyeLandmarker::Workspace {
  explicit Workspace(const LandmarkModels& models)
      : eye_finder_(models.eye_finder), lid_finder_(models.lid_finder) {}

  // Each step cuts its patch, runs its model there and maps the points back; nothing when the
  // patch cannot be placed (points that coincide, or are no numbers).
  std::optional<EyeCenters> locate_eyes(const ShapeModel& model,
                                        const FrameView& frame,
                                        const PatchPlacement& placement) {
    EyeRegionPoints points;
    if (!run(model, frame, placement, points)) return std::nullopt;
    return eye_centers_of_region([&](std::size_t i) { return points[i]; });
  }

  // From the corners of the eye finder to lid points: the mean of an ensemble and a network, whose
  // errors differ.
  std::optional<EyePair> refine(const ShapeModel& one_eye,
                                const FrameView& frame,
                                const EyeLandmarks& found) {
    const auto by_trees = locate_each_eye(one_eye, frame, found);
    if (!by_trees) return std::nullopt;
    const auto by_network = find_lids(frame, found);
    if (!by_network) return std::nullopt;
    return EyePair{
        found,
        {mean_of(by_trees->right, by_network->right), mean_of(by_trees->left, by_network->left)}};
  }

  JudgedEyes judge(const std::optional<ShapeModel>& model,
                   const FrameView& frame,
                   const EyePair& pair,
                   const FaceBox& face) {
    const PerEye<bool> is_measurable = measurable_eyes(pair, frame);
    if (model) {
      return judged_eyes(pair.eyes,
                         judge_.presence(*model, frame, pair.eyes, is_measurable),
                         face.box,
                         face.score);
    }
    PerEye<float> presence = kNeitherEye;
    for (const Eye eye : kEyes) {
      if (is_measurable[eye]) presence[eye] = kUndoubtedPresence;
    }
    return judged_eyes(pair.eyes, presence, face.box, face.score);
  }

  // The mean of the face and of its mirror image: the errors of the two differ.
  std::optional<FaceLandmarks> locate_face(const ShapeModel& model,
                                           const FrameView& frame,
                                           PatchPlacement placement) {
    FaceLandmarks points, mirrored;
    if (!run(model, frame, placement, points)) return std::nullopt;
    placement.is_mirrored = true;
    if (!run(model, frame, placement, mirrored)) return std::nullopt;
    for (std::size_t i = 0; i < points.size(); ++i) {
      points[i] = (points[i] + mirrored[kMirroredFacePoint[i]]) * 0.5f;
    }
    return points;
  }

  std::optional<EyeLandmarks> find_eyes(const FrameView& frame, const EyeCenters& around) {
    const PatchPlacement placement = place_both_eyes_patch(around.right, around.left);
    if (!placement.is_usable()) return std::nullopt;
    cutter_.cut(frame, placement, patch_);
    std::array<Point, 12> found;
    eye_finder_.run(patch_, found);
    EyeLandmarks eyes;
    for (std::size_t i = 0; i < found.size(); ++i) {
      lid_point(eyes, i) = placement.frame_from_middle(found[i] * kEyeDistanceOnBothEyesPatch);
    }
    return eyes;
  }

  std::optional<EyeLandmarks> find_lids(const FrameView& frame, const EyeLandmarks& found) {
    PerEye<PatchPlacement> placements;
    for (const Eye eye : kEyes) {
      placements[eye] = place_lid_patch(eye, found);
      if (!placements[eye].is_usable()) return std::nullopt;
    }
    return lid_finder_.locate(frame, placements);
  }

  // Both eyes in one call: the second finds the trees of each cascade in the cache.
  std::optional<EyeLandmarks> locate_each_eye(const ShapeModel& model,
                                              const FrameView& frame,
                                              const EyeLandmarks& start) {
    const PatchPlacement right = place_one_eye_patch(Eye::Right, start.right[0], start.right[3]);
    const PatchPlacement left = place_one_eye_patch(Eye::Left, start.left[0], start.left[3]);
    if (!right.is_usable() || !left.is_usable()) return std::nullopt;
    cutter_.cut(frame, right, patch_);
    cutter_.cut(frame, left, left_patch_);
    EyePoints mirrored;
    EyeLandmarks eyes;
    const ShapeRegion region = ShapeRegion::of_patch(patch_.width());
    const std::array<ShapeQuery, 2> queries = {ShapeQuery{patch_, region, eyes.right},
                                               ShapeQuery{left_patch_, region, mirrored}};
    model.predict(queries);
    for (Point& p : eyes.right) p = right.frame_from_normalized(p);
    for (std::size_t i = 0; i < 6; ++i) {
      eyes.left[i] = left.frame_from_normalized(mirrored[mirrored_eye_point(i)]);
    }
    return eyes;
  }

 private:
  bool run(const ShapeModel& model,
           const FrameView& frame,
           const PatchPlacement& placement,
           std::span<Point> points) {
    if (!placement.is_usable()) return false;
    cutter_.cut(frame, placement, patch_);
    model.predict(patch_, ShapeRegion::of_patch(patch_.width()), points);
    for (Point& p : points) p = placement.frame_from_normalized(p);
    return true;
  }

  PatchCutter cutter_;
  networks::PointNetwork eye_finder_;
  LidFinder lid_finder_;
  PresenceJudge judge_;
  GrayImage patch_;
  GrayImage left_patch_;
};

EyeLandmarker::EyeLandmarker(std::shared_ptr<const LandmarkModels> models)
    : models_(std::move(models)) {
  EYELID_EXPECTS(models_ != nullptr && models_->eye_finder && models_->lid_finder);
  EYELID_EXPECTS(models_->eye_region.point_count() == kEyeRegionPoints);
  EYELID_EXPECTS(!models_->face || models_->face->point_count() == 68);
  EYELID_EXPECTS(models_->one_eye.point_count() == 6);
  EYELID_EXPECTS(!models_->presence || models_->presence->point_count() == 1);
  workspace_ = std::make_unique<Workspace>(*models_);
}
EyeLandmarker::~EyeLandmarker() = default;
EyeLandmarker::EyeLandmarker(EyeLandmarker&&) noexcept = default;

FacePoints EyeLandmarker::locate(const FrameView& frame, const FaceBox& face, PointCount count) {
  EYELID_EXPECTS(!frame.is_empty());
  EYELID_EXPECTS(count == PointCount::Twelve || models_->face);
  FacePoints result;
  Workspace& work = *workspace_;

  const std::optional<EyeCenters> start =
      face.keypoints ? eye_centers(*face.keypoints)
                     : work.locate_eyes(models_->eye_region, frame, place_face_patch(face.box));
  if (!start) return result;
  const auto found = work.find_eyes(frame, *start);
  if (!found) return result;
  const auto pair = work.refine(models_->one_eye, frame, *found);
  if (!pair) return result;
  const JudgedEyes judged = work.judge(models_->presence, frame, *pair, face);
  result.eyes = pair->eyes;

  if (count == PointCount::SixtyEight) {
    const PatchPlacement aligned =
        place_face_patch(eye_center(result.eyes.right), eye_center(result.eyes.left));
    result.points = work.locate_face(*models_->face, frame, aligned);
    if (!result.points) return result;
    std::ranges::copy(result.eyes.right, result.points->begin() + kRightEyeBegin);
    std::ranges::copy(result.eyes.left, result.points->begin() + kLeftEyeBegin);
  }
  result.trusted_eyes = judged.trusted;
  result.doubted_eyes = judged.doubted;
  return result;
}

}  // namespace eyelid::landmarks
