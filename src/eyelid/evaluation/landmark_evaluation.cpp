// SPDX-License-Identifier: MIT
#include "eyelid/evaluation/landmark_evaluation.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "eyelid/core/error.hpp"
#include "eyelid/core/statistics.hpp"
#include "eyelid/core/stopwatch.hpp"
#include "eyelid/evaluation/annotation_readers.hpp"
#include "eyelid/evaluation/face_boxes.hpp"
#include "eyelid/files/interruption.hpp"
#include "eyelid/frames/resampler.hpp"
#include "eyelid/video/frame_source.hpp"

namespace eyelid::evaluation {
namespace {

using landmarks::FacePoints;
using landmarks::PointCount;

std::optional<FaceBox> box_of_face(const LabeledFace& face,
                                   const detection::FaceDetector* detector,
                                   const std::vector<FaceBox>& detections,
                                   double match_iou) {
  const Rect expected =
      detector_box_of_hull(face.hull, detector == nullptr ? "truth" : detector->name());
  if (detector == nullptr) return FaceBox{expected, 1.0f, std::nullopt};
  std::optional<FaceBox> best;
  auto best_iou = static_cast<float>(match_iou);
  for (const FaceBox& detection : detections) {
    const float overlap = iou(detection.box, expected);
    if (overlap >= best_iou) {
      best_iou = overlap;
      best = detection;
    }
  }
  return best;
}

void detect_at_scale(detection::FaceDetector& detector,
                     const GrayImage& image,
                     double scale,
                     std::vector<FaceBox>& faces) {
  if (scale == 1.0) return detector.detect(image, faces);
  const auto shrunk = [scale](int size) {
    return std::max(1, static_cast<int>(std::lround(scale * size)));
  };
  const int width = shrunk(image.width()), height = shrunk(image.height());
  GrayImage small(width, height);
  frames::Resampler(
      image.width(), image.height(), width, height, frames::Placement{scale, 0.0, 0.0})
      .run(image, small);
  detector.detect(small, faces);
  const auto back = static_cast<float>(1.0 / scale);
  for (FaceBox& face : faces) {
    face.box = {
        face.box.x * back, face.box.y * back, face.box.width * back, face.box.height * back};
    if (!face.keypoints) continue;
    // Boxes lie on pixel edges, points on pixel centers.
    for (Point& point : *face.keypoints) {
      point = {(point.x + 0.5f) * back - 0.5f, (point.y + 0.5f) * back - 0.5f};
    }
  }
}

std::array<Point, 12> lid_points(const EyeLandmarks& eyes) {
  std::array<Point, 12> points;
  std::copy(eyes.right.begin(), eyes.right.end(), points.begin());
  std::copy(eyes.left.begin(), eyes.left.end(), points.begin() + 6);
  return points;
}

void compare(const LabeledFace& face,
             const FacePoints& found,
             PointCount count,
             LandmarkAccuracyCounter& counter) {
  if (count == PointCount::SixtyEight) {
    // Points that could not be placed at all are as wrong as points at the origin.
    const FaceLandmarks points = found.points.value_or(FaceLandmarks{});
    counter.add(points, *face.points, found.eyes, face.eyes, found.is_trustworthy());
  } else {
    counter.add(lid_points(found.eyes),
                lid_points(face.eyes),
                found.eyes,
                face.eyes,
                found.is_trustworthy());
  }
}

}  // namespace

LandmarkEvaluation evaluate_landmarks(const LandmarkDataset& dataset,
                                      detection::FaceDetector* detector,
                                      const LocateFace& locate,
                                      const LandmarkEvaluationOptions& options) {
  LandmarkEvaluation result;
  result.detector = detector == nullptr ? "truth" : std::string(detector->name());
  result.points = options.points == PointCount::SixtyEight ? 68 : 12;
  EYELID_EXPECTS(options.detection_scale > 0.0 && options.detection_scale <= 1.0);
  result.detection_scale = options.detection_scale;
  LandmarkAccuracyCounter counter(options.failure_limit);
  std::vector<double> times_ms;
  std::vector<FaceBox> detections;
  GrayImage image;
  std::filesystem::path image_path;
  bool is_readable = false;
  for (const LabeledFace& face : dataset.faces) {
    files::throw_if_interrupted();
    if (options.points == PointCount::SixtyEight && !face.points) continue;
    if (face.image != image_path) {  // faces of one picture follow each other
      image_path = face.image;
      try {
        image = video::read_image(image_path);
        is_readable = true;
        if (detector != nullptr) {
          detect_at_scale(*detector, image, options.detection_scale, detections);
        }
      } catch (const InputError& error) {
        is_readable = false;
        result.problems.emplace_back(error.what());
      }
    }
    if (!is_readable) continue;
    const auto box = box_of_face(face, detector, detections, options.match_iou);
    if (!box) {
      counter.add_missed();
      continue;
    }
    const Stopwatch stopwatch;
    const FacePoints found = locate(image, *box, options.points);
    times_ms.push_back(stopwatch.milliseconds());
    compare(face, found, options.points, counter);
  }
  result.accuracy = counter.summary();
  expect_some(result.accuracy.faces,
              options.points == PointCount::SixtyEight ? "face with 68 points" : "face to evaluate",
              dataset.name,
              result.problems);
  if (!times_ms.empty()) result.ms_per_face = median_of(times_ms);
  return result;
}

LandmarkEvaluation evaluate_landmarks(const LandmarkDataset& dataset,
                                      detection::FaceDetector* detector,
                                      std::shared_ptr<const landmarks::LandmarkModels> models,
                                      const LandmarkEvaluationOptions& options) {
  landmarks::EyeLandmarker landmarker(std::move(models));
  return evaluate_landmarks(
      dataset,
      detector,
      [&](const FrameView& frame, const FaceBox& face, PointCount points) {
        return landmarker.locate(frame, face, points);
      },
      options);
}

}  // namespace eyelid::evaluation
