// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/cut_face.hpp"

#include <algorithm>
#include <cmath>

#include "eyelid/detection/subject_selection.hpp"
#include "eyelid/files/interruption.hpp"
#include "eyelid/landmarks/eye_presence.hpp"
#include "eyelid/landmarks/plausibility.hpp"

namespace eyelid::pipeline {
namespace {

// Of the middle of the box from the edge, in its side. Half a face lies at 0; the mirror image of
// a whole one far beyond, the face itself as far inside.
constexpr float kAtEdge = 0.25f;
constexpr float kSamePlaceIou = 0.3f;
constexpr int kSteps = 2;  // of the one eye, before it is measured
// One in so many pictures of a recording: set on 28 halves of films, and on 17 films of whole
// faces, of an eye close up, and of a crowd, none of which reaches it.
constexpr std::size_t kPicturesPerCutFace = 10;

void move(FaceBox& face, float columns) {
  face.box.x += columns;
  if (face.keypoints) {
    for (Point& p : *face.keypoints) p.x += columns;
  }
  if (face.mouth_corners) {
    for (Point& p : *face.mouth_corners) p.x += columns;
  }
}

void move(landmarks::FacePoints& points, float columns) {
  for (const Eye eye : kEyes) {
    for (Point& p : points.eyes[eye]) p.x += columns;
  }
  if (points.points) {
    for (Point& p : *points.points) p.x += columns;
  }
}

bool is_at_edge(const Rect& box, const FrameView& picture, frames::SideEdge edge) {
  const float at = edge == frames::SideEdge::Left ? 0.0f : static_cast<float>(picture.width);
  return std::fabs(box.center().x - at) <= kAtEdge * 0.5f * (box.width + box.height);
}

}  // namespace

void CutFaceMeasurer::detect(detection::FaceDetector& detector,
                             const FrameView& picture,
                             std::vector<FaceBox>& faces) {
  const auto first = static_cast<float>(frames::MirroredPicture::first_column(picture, edge_));
  detector.detect(mirrored_.extend(picture, edge_), cut_faces_);
  for (FaceBox& face : cut_faces_) {
    move(face, -first);
    face.eye_beyond = eye_beyond(edge_);
  }
  std::erase_if(cut_faces_,
                [&](const FaceBox& face) { return !is_at_edge(face.box, picture, edge_); });
  detector.detect(picture, faces);
  // Of what is left of a face, a detector may make another, of which it is not sure. It is sure,
  // and right, from about a fifth of an eye distance of the other half on; the mirror image is then
  // too wide a face.
  std::erase_if(faces, [](const FaceBox& face) { return face.score < landmarks::kUnsureFace; });
  std::erase_if(cut_faces_, [&](const FaceBox& cut) {
    return std::ranges::any_of(
        faces, [&](const FaceBox& face) { return iou(cut.box, face.box) > kSamePlaceIou; });
  });
  faces.insert(faces.end(), cut_faces_.begin(), cut_faces_.end());
  std::ranges::sort(faces, [](const FaceBox& a, const FaceBox& b) {
    return a.score != b.score ? a.score > b.score : a.box.x < b.box.x;
  });
}

void CutFaceMeasurer::measure_alone(const FrameView& picture,
                                    Eye side,
                                    landmarks::FacePoints& points) {
  std::array<EyePoints, 1> eye{points.eyes[side]};
  for (int step = 0; step < kSteps; ++step) one_eye_.refine(picture, side, eye);
  const landmarks::OneEye found = one_eye_.locate(picture, side, {eye.front()[0], eye.front()[3]});
  points.trusted_eyes = {};
  points.doubted_eyes = {};
  if (!landmarks::stages_agree(points.eyes[side], found.points)) return;
  points.eyes[side] = found.points;
  points.trusted_eyes[side] = found.is_trusted;
  points.doubted_eyes[side] = found.is_doubted;
  if (!points.points) return;
  std::ranges::copy(found.points,
                    points.points->begin() + (side == Eye::Right ? kRightEyeBegin : kLeftEyeBegin));
}

landmarks::FacePoints CutFaceMeasurer::locate(landmarks::EyeLandmarker& pair,
                                              const FrameView& picture,
                                              const FaceBox& face,
                                              landmarks::PointCount count) {
  const Eye side = other(eye_beyond(edge_));
  if (!face.eye_beyond) {
    landmarks::FacePoints points = pair.locate(picture, face, count);
    if (landmarks::is_inside(points.eyes[other(side)], picture)) return points;
    measure_alone(picture, side, points);
    return points;
  }
  const auto first = static_cast<float>(frames::MirroredPicture::first_column(picture, edge_));
  const FrameView whole = mirrored_.extend(picture, edge_);
  FaceBox moved = face;
  move(moved, first);
  landmarks::FacePoints points = pair.locate(whole, moved, count);
  measure_alone(whole, side, points);
  move(points, -first);
  if (!landmarks::is_inside(points.eyes[side], picture)) {
    points.trusted_eyes = {};
    points.doubted_eyes = {};
  }
  return points;
}

std::optional<frames::SideEdge> find_cut_edge(
    const PictureSample& sample,
    const detection::FaceDetector& detector,
    const std::shared_ptr<const landmarks::LandmarkModels>& models) {
  const std::unique_ptr<detection::FaceDetector> own = detector.clone();
  landmarks::EyeLandmarker pair(models);
  std::optional<frames::SideEdge> best;
  std::size_t most = 0;
  for (const frames::SideEdge edge : {frames::SideEdge::Left, frames::SideEdge::Right}) {
    CutFaceMeasurer measurer(models, edge);
    std::vector<FaceBox> faces;
    std::size_t cut = 0;
    for (const GrayImage& picture : sample.pictures()) {
      files::throw_if_interrupted();
      measurer.detect(*own, picture, faces);
      const std::optional<FaceBox> subject = detection::nearest_or_largest(faces, std::nullopt);
      if (!subject || !subject->eye_beyond || subject->score < landmarks::kUnsureFace) continue;
      cut +=
          measurer.locate(pair, picture, *subject, landmarks::PointCount::Twelve).is_trustworthy();
    }
    if (cut > most) most = cut, best = edge;
  }
  return kPicturesPerCutFace * most >= sample.pictures().size() ? best : std::nullopt;
}

}  // namespace eyelid::pipeline
