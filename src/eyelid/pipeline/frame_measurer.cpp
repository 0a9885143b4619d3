// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/frame_measurer.hpp"

#include <utility>

#include "eyelid/core/eye_aspect_ratio.hpp"
#include "eyelid/detection/subject_selection.hpp"
#include "eyelid/landmarks/face_following.hpp"

namespace eyelid::pipeline {
namespace {

StageTimer timer_of(MeasurerClocks* clocks, StageClock MeasurerClocks::*clock) {
  return StageTimer(clocks != nullptr ? &(clocks->*clock) : nullptr);
}

}  // namespace

FrameMeasurer::FrameMeasurer(std::unique_ptr<detection::FaceDetector> detector,
                             std::shared_ptr<const landmarks::LandmarkModels> models,
                             landmarks::PointCount points,
                             std::optional<frames::SideEdge> cut_edge,
                             MeasurerClocks* clocks)
    : detector_(std::move(detector)), landmarker_(models), points_(points), clocks_(clocks) {
  if (cut_edge) cut_.emplace(std::move(models), *cut_edge);
}

void FrameMeasurer::detect(const FrameView& picture, std::vector<FaceBox>& faces) {
  const StageTimer timer = timer_of(clocks_, &MeasurerClocks::detection);
  if (cut_) return cut_->detect(*detector_, picture, faces);
  detector_->detect(picture, faces);
}

FrameMeasurement FrameMeasurer::locate(const FrameView& picture,
                                       const std::optional<FaceBox>& subject) {
  FrameMeasurement measurement;
  if (!subject) return measurement;
  const StageTimer timer = timer_of(clocks_, &MeasurerClocks::landmarks);
  const landmarks::FacePoints points = cut_ ? cut_->locate(landmarker_, picture, *subject, points_)
                                            : landmarker_.locate(picture, *subject, points_);
  measurement.face = subject;
  measurement.eyes = points.eyes;
  measurement.face_points = points.points;
  measurement.trusted_eyes = points.trusted_eyes;
  measurement.doubted_eyes = points.doubted_eyes;
  for (const Eye eye : kEyes) {
    if (points.trusted_eyes[eye]) measurement.ear[eye] = ear_or_nan(points.eyes[eye]);
  }
  return measurement;
}

FrameMeasurement FrameMeasurer::follow(const FrameView& picture, const FrameMeasurement& previous) {
  // A covered eye's points wander: they must not carry the face.
  if (previous.trusted_eyes.right && previous.trusted_eyes.left) {
    const FaceBox carried = landmarks::carry_face(*previous.face, *previous.eyes);
    const FrameMeasurement now = locate(picture, carried);
    if (now.is_trustworthy() && !landmarks::has_jumped(*previous.eyes, *now.eyes)) return now;
  }
  detect(picture, faces_);
  return locate(picture, detection::nearest_or_largest(faces_, previous.face));
}

}  // namespace eyelid::pipeline
