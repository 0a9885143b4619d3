// SPDX-License-Identifier: MIT
#include "eyelid/evaluation/detector_evaluation.hpp"

#include <algorithm>
#include <chrono>

#include "eyelid/core/error.hpp"
#include "eyelid/evaluation/detection_matching.hpp"
#include "eyelid/evaluation/face_boxes.hpp"
#include "eyelid/video/frame_source.hpp"

namespace eyelid::evaluation {

DetectorEvaluation evaluate_detector(const LandmarkDataset& dataset,
                                     detection::FaceDetector& detector,
                                     const DetectorEvaluationOptions& options) {
  DetectorEvaluation result;
  result.detector = std::string(detector.name());
  result.smallest_iou = options.smallest_iou;
  result.smallest_face = options.smallest_face;
  std::vector<FaceBox> detections;
  double total_ms = 0.0;
  for (std::size_t begin = 0, end = 0; begin < dataset.faces.size(); begin = end) {
    const std::filesystem::path& path = dataset.faces[begin].image;
    while (end < dataset.faces.size() && dataset.faces[end].image == path) ++end;
    GreyImage image;
    try {
      image = video::read_image(path);
    } catch (const InputError& error) {
      result.problems.emplace_back(error.what());
      continue;
    }
    const auto start = std::chrono::steady_clock::now();
    detector.detect(image, detections);
    const std::chrono::duration<double, std::milli> time = std::chrono::steady_clock::now() - start;
    total_ms += time.count();
    ++result.images;

    std::vector<AnnotatedBox> faces;
    const auto longer_side = static_cast<double>(std::max(image.width(), image.height()));
    for (std::size_t i = begin; i < end; ++i) {
      const Rect box = detector_box_of_hull(dataset.faces[i].hull, detector.name());
      faces.push_back({box, static_cast<double>(box.height) < options.smallest_face * longer_side});
    }
    const DetectionMatch match = match_detections(detections, faces, options.smallest_iou);
    result.true_positives += match.true_positives;
    result.false_negatives += match.false_negatives;
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
  result.ms_per_image = total_ms / static_cast<double>(result.images);
  return result;
}

}  // namespace eyelid::evaluation
