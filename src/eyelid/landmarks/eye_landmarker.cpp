// SPDX-License-Identifier: MIT
#include "eyelid/landmarks/eye_landmarker.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "eyelid/core/error.hpp"
#include "eyelid/landmarks/closed_eye_recheck.hpp"
#include "eyelid/landmarks/eye_centers.hpp"
#include "eyelid/landmarks/patch.hpp"
#include "eyelid/landmarks/presence_judge.hpp"

namespace eyelid::landmarks {
namespace {

using EyeRegionPoints = std::array<Point, kEyeRegionPoints>;

EyeCenters eye_centers(const FaceKeypoints& keypoints) {
  return {keypoints[static_cast<std::size_t>(FaceKeypoint::RightEye)],
          keypoints[static_cast<std::size_t>(FaceKeypoint::LeftEye)]};
}

EyePoints mean_of(const EyePoints& a, const EyePoints& b) {
  EyePoints mean;
  for (std::size_t i = 0; i < mean.size(); ++i) mean[i] = (a[i] + b[i]) * 0.5f;
  return mean;
}

}  // namespace

struct EyeLandmarker::Workspace {
  // Each step cuts its patch, runs its model there and maps the points back; nothing when the
  // patch cannot be placed (points that coincide, or are no numbers).
  std::optional<EyeCenters> locate_eyes(const ShapeModel& model,
                                        const FrameView& frame,
                                        const PatchPlacement& placement) {
    EyeRegionPoints points;
    if (!run(model, frame, placement, points)) return std::nullopt;
    return eye_centers_of_region([&](std::size_t i) { return points[i]; });
  }

  // From the corners of the both-eyes model to lid points: the one-eye model on two patches, the
  // second aligned on the corners found on the first. Their mean errs less than either.
  std::optional<EyePair> refine(const ShapeModel& one_eye,
                                const FrameView& frame,
                                const EyeLandmarks& both) {
    const auto once = locate_each_eye(one_eye, frame, both);
    if (!once) return std::nullopt;
    const auto twice = locate_each_eye(one_eye, frame, *once);
    if (!twice) return std::nullopt;
    return EyePair{both, {mean_of(once->right, twice->right), mean_of(once->left, twice->left)}};
  }

  // The eyes again, from brows and lids in the box, which is turned as the keypoints are: a start
  // that owes nothing to where they lie.
  void recheck_closed_eye(const LandmarkModels& models,
                          const FrameView& frame,
                          const FaceBox& face,
                          EyePair& pair) {
    const EyeCenters keypoints = eye_centers(*face.keypoints);
    const PatchPlacement turned = place_face_patch(face.box, keypoints.left - keypoints.right);
    const auto start = locate_eyes(models.eye_region, frame, turned);
    if (!start) return;
    const auto both = locate_both_eyes(models.both_eyes, frame, *start);
    if (!both || !needs_correction(pair.eyes, *both)) return;
    const auto other = refine(models.one_eye, frame, *both);
    if (!other || !is_plausible_eye_pair(other->eyes, frame)) return;
    correct(pair, *other);
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

  // What covers one eye misleads the both-eyes model about the other: each is looked for again by
  // itself. That counts as soon as it finds an eye.
  void locate_alone(const LandmarkModels& models,
                    const FrameView& frame,
                    const EyeCenters& start,
                    const FaceBox& face,
                    EyePair& pair,
                    JudgedEyes& judged) {
    const auto alone = refine(models.one_eye, frame, eyes_around(start));
    if (!alone) return;
    const JudgedEyes found = judge(models.presence, frame, *alone, face);
    if (!found.trusted.right && !found.trusted.left) return;
    pair = *alone;
    judged = found;
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

  std::optional<EyeLandmarks> locate_both_eyes(const ShapeModel& model,
                                               const FrameView& frame,
                                               const EyeCenters& centers) {
    std::array<Point, 12> points;
    if (!run(model, frame, place_both_eyes_patch(centers.right, centers.left), points)) {
      return std::nullopt;
    }
    EyeLandmarks eyes;
    for (std::size_t i = 0; i < points.size(); ++i) lid_point(eyes, i) = points[i];
    return eyes;
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
  PresenceJudge judge_;
  GrayImage patch_;
  GrayImage left_patch_;
};

EyeLandmarker::EyeLandmarker(std::shared_ptr<const LandmarkModels> models)
    : models_(std::move(models)), workspace_(std::make_unique<Workspace>()) {
  EYELID_EXPECTS(models_ != nullptr);
  EYELID_EXPECTS(models_->eye_region.point_count() == kEyeRegionPoints);
  EYELID_EXPECTS(models_->face.point_count() == 68);
  EYELID_EXPECTS(models_->both_eyes.point_count() == 12);
  EYELID_EXPECTS(models_->one_eye.point_count() == 6);
  EYELID_EXPECTS(!models_->presence || models_->presence->point_count() == 1);
}
EyeLandmarker::~EyeLandmarker() = default;
EyeLandmarker::EyeLandmarker(EyeLandmarker&&) noexcept = default;

FacePoints EyeLandmarker::locate(const FrameView& frame, const FaceBox& face, PointCount count) {
  EYELID_EXPECTS(!frame.is_empty());
  FacePoints result;
  Workspace& work = *workspace_;

  const std::optional<EyeCenters> start =
      face.keypoints ? eye_centers(*face.keypoints)
                     : work.locate_eyes(models_->eye_region, frame, place_face_patch(face.box));
  if (!start) return result;
  const auto both = work.locate_both_eyes(models_->both_eyes, frame, *start);
  if (!both) return result;
  auto pair = work.refine(models_->one_eye, frame, *both);
  if (!pair) return result;
  if (face.keypoints && needs_recheck(pair->eyes)) {
    work.recheck_closed_eye(*models_, frame, face, *pair);
  }
  JudgedEyes judged = work.judge(models_->presence, frame, *pair, face);
  if (!judged.trusted.right || !judged.trusted.left) {
    work.locate_alone(*models_, frame, *start, face, *pair, judged);
  }
  result.eyes = pair->eyes;

  if (count == PointCount::SixtyEight) {
    const PatchPlacement aligned =
        place_face_patch(eye_center(result.eyes.right), eye_center(result.eyes.left));
    result.points = work.locate_face(models_->face, frame, aligned);
    if (!result.points) return result;
    std::ranges::copy(result.eyes.right, result.points->begin() + kRightEyeBegin);
    std::ranges::copy(result.eyes.left, result.points->begin() + kLeftEyeBegin);
  }
  result.trusted_eyes = judged.trusted;
  result.doubted_eyes = judged.doubted;
  return result;
}

}  // namespace eyelid::landmarks
