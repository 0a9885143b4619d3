// SPDX-License-Identifier: MIT
#include "eyelid/evaluation/detector_evaluation.hpp"

#include <algorithm>
#include <chrono>

#include "eyelid/core/error.hpp"
#include "eyelid/evaluation/detection_matching.hpp"
#include "eyelid/evaluation/face_boxes.hpp"
#include "eyelid/video/frame_source.hpp"

namespace eyelid::evaluation {

namespace {

Rect hull_of(const std::vector<Point>& points) {
  const auto by_x = [](Point a, Point b) { return a.x < b.x; };
  const auto by_y = [](Point a, Point b) { return a.y < b.y; };
  const auto [left, right] = std::minmax_element(points.begin(), points.end(), by_x);
  const auto [top, bottom] = std::minmax_element(points.begin(), points.end(), by_y);
  return {left->x, top->y, right->x - left->x, bottom->y - top->y};
}

DetectionMatch match_picture(const AnnotatedPicture& picture,
                             const std::vector<FaceBox>& detections,
                             std::string_view detector,
                             double smallest_height,
                             double smallest_iou) {
  std::vector<AnnotatedBox> boxes;
  for (const AnnotatedFace& face : picture.faces) {
    if (!face.box && face.points.empty()) {
      const std::size_t found = std::min<std::size_t>(1, detections.size());
      return {found, detections.size() - found, 1 - found};
    }
    const Rect box = face.box ? *face.box : detector_box_of_hull(hull_of(face.points), detector);
    boxes.push_back({box, static_cast<double>(box.height) < smallest_height});
  }
  for (const Rect& box : picture.ignored) boxes.push_back({box, true});
  return match_detections(detections, boxes, smallest_iou);
}

}  // namespace

DetectorEvaluation evaluate_detector(const AnnotatedPictures& dataset,
                                     detection::FaceDetector& detector,
                                     const DetectorEvaluationOptions& options) {
  DetectorEvaluation result;
  result.detector = std::string(detector.name());
  result.smallest_iou = options.smallest_iou;
  result.smallest_face = options.smallest_face;
  std::vector<FaceBox> detections;
  double total_ms = 0.0;
  std::size_t false_positives = 0;
  bool is_complete = true;
  for (const AnnotatedPicture& picture : dataset.pictures) {
    GreyImage image;
    try {
      image = video::read_image(picture.image);
    } catch (const InputError& error) {
      result.problems.emplace_back(error.what());
      continue;
    }
    const auto start = std::chrono::steady_clock::now();
    detector.detect(image, detections);
    const std::chrono::duration<double, std::milli> time = std::chrono::steady_clock::now() - start;
    total_ms += time.count();
    ++result.images;
    is_complete = is_complete && picture.is_complete;
    const double longer_side = std::max(image.width(), image.height());
    const DetectionMatch match = match_picture(picture,
                                               detections,
                                               detector.name(),
                                               options.smallest_face * longer_side,
                                               options.smallest_iou);
    result.true_positives += match.true_positives;
    result.false_negatives += match.false_negatives;
    false_positives += match.false_positives;
  }
  if (result.images == 0) {
    throw InputError(dataset.name + ": no picture can be read" +
                     (result.problems.empty()
                          ? std::string()
                          : ", the first problem being: " + result.problems[0]));
  }
  result.faces = result.true_positives + result.false_negatives;
  if (result.faces > 0) {
    result.recall = static_cast<double>(result.true_positives) / static_cast<double>(result.faces);
  }
  if (is_complete) {
    result.false_positives = false_positives;
    const std::size_t all = result.true_positives + false_positives;
    if (all > 0) {
      result.precision = static_cast<double>(result.true_positives) / static_cast<double>(all);
    }
  }
  result.ms_per_image = total_ms / static_cast<double>(result.images);
  return result;
}

}  // namespace eyelid::evaluation
