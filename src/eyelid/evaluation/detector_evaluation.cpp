// SPDX-License-Identifier: MIT
#include "eyelid/evaluation/detector_evaluation.hpp"

#include <algorithm>
#include <cmath>

#include "eyelid/core/error.hpp"
#include "eyelid/core/statistics.hpp"
#include "eyelid/core/stopwatch.hpp"
#include "eyelid/evaluation/annotation_readers.hpp"
#include "eyelid/evaluation/average_precision.hpp"
#include "eyelid/evaluation/face_boxes.hpp"
#include "eyelid/files/interruption.hpp"
#include "eyelid/video/frame_source.hpp"

namespace eyelid::evaluation {
namespace {

// Height of a face over the distance of its eyes, where only these are known.
constexpr float kHeightPerEyeDistance = 2.4f;

bool lies_outside(const AnnotatedFace& face, const GrayImage& image) {
  if (!face.box && face.points.empty()) return false;
  const Rect extent = face.box ? *face.box : hull_of(face.points);
  return extent.right() <= 0.0f || extent.bottom() <= 0.0f ||
         extent.x >= static_cast<float>(image.width()) ||
         extent.y >= static_cast<float>(image.height());
}

AnnotatedBox box_of(const AnnotatedFace& face, std::string_view detector) {
  AnnotatedBox box;
  if (face.box) {
    box.box = *face.box;
  } else if (face.points.empty()) {
    box.rule = AnnotatedBox::Rule::Anywhere;
  } else if (face.points.size() == 2) {
    box.rule = AnnotatedBox::Rule::Eyes;
    box.eyes = {face.points[0], face.points[1]};
    const float side = kHeightPerEyeDistance * distance(box.eyes[0], box.eyes[1]);
    const Point middle = (box.eyes[0] + box.eyes[1]) * 0.5f;
    box.box = {middle.x - 0.5f * side, middle.y - 0.3f * side, side, side};
  } else {
    box.box = detector_box_of_hull(hull_of(face.points), detector);
  }
  return box;
}

/// The faces of one picture as this detector would draw them.
std::vector<AnnotatedBox> boxes_of(const AnnotatedPicture& picture,
                                   const GrayImage& image,
                                   std::string_view detector,
                                   double min_face) {
  const double min_height = min_face * std::max(image.width(), image.height());
  std::vector<AnnotatedBox> boxes;
  for (const AnnotatedFace& face : picture.faces) {
    if (lies_outside(face, image)) continue;
    AnnotatedBox box = box_of(face, detector);
    box.is_ignored = box.rule != AnnotatedBox::Rule::Anywhere &&
                     static_cast<double>(box.box.height) < min_height;
    boxes.push_back(box);
  }
  for (const Rect& place : picture.ignored) boxes.push_back({place, true});
  return boxes;
}

/// One detector's run over the set.
class DetectorRun {
 public:
  explicit DetectorRun(const DetectorUnderTest& tested) : tested_(tested) {}

  /// The first call allocates and fetches weights from memory: it is not timed.
  void warm_up(const GrayImage& image) {
    tested_.detector->detect(image, detections_);
    if (tested_.sensitive != nullptr) tested_.sensitive->detect(image, weak_detections_);
  }

  void add(const AnnotatedPicture& picture,
           const GrayImage& image,
           std::size_t index,
           const DetectorEvaluationOptions& options) {
    const Stopwatch stopwatch;
    tested_.detector->detect(image, detections_);
    times_ms_.push_back(stopwatch.milliseconds());
    const std::vector<AnnotatedBox> faces =
        boxes_of(picture, image, tested_.detector->name(), options.min_face);
    const DetectionMatch match = match_detections(detections_, faces, options.min_iou);
    true_positives_ += match.true_positives;
    false_positives_ += match.false_positives;
    false_negatives_ += match.false_negatives;
    if (options.on_picture) {
      options.on_picture({picture, image, index, faces, detections_, match});
    }
    if (tested_.sensitive == nullptr) {
      extend_curve(detections_, match);
    } else {
      tested_.sensitive->detect(image, weak_detections_);
      extend_curve(weak_detections_, match_detections(weak_detections_, faces, options.min_iou));
    }
  }

  DetectorEvaluation summary(bool knows_false) const {
    DetectorEvaluation row;
    row.detector = std::string(tested_.detector->name());
    row.true_positives = true_positives_;
    row.false_negatives = false_negatives_;
    row.faces = true_positives_ + false_negatives_;
    const auto hits = static_cast<double>(true_positives_);
    if (row.faces > 0) row.recall = hits / static_cast<double>(row.faces);
    if (knows_false) {
      row.false_positives = false_positives_;
      const std::size_t all = true_positives_ + false_positives_;
      if (all > 0) row.precision = hits / static_cast<double>(all);
      if (all + row.faces > 0) row.f1 = 2.0 * hits / static_cast<double>(all + row.faces);
      row.average_precision = curve_.average_precision(row.faces);
    }
    row.ms_per_image = nearest_rank(times_ms_, 0.5);
    row.ms_per_image_p95 = nearest_rank(times_ms_, 0.95);
    return row;
  }

 private:
  void extend_curve(const std::vector<FaceBox>& detections, const DetectionMatch& match) {
    for (std::size_t i = 0; i < detections.size(); ++i) {
      if (match.verdicts[i] == Verdict::Neutral) continue;
      curve_.add(detections[i].score, match.verdicts[i] == Verdict::Hit);
    }
  }

  DetectorUnderTest tested_;
  std::vector<FaceBox> detections_;
  std::vector<FaceBox> weak_detections_;
  std::size_t true_positives_ = 0;
  std::size_t false_positives_ = 0;
  std::size_t false_negatives_ = 0;
  PrecisionRecallCurve curve_;
  std::vector<double> times_ms_;
};

void name_boxes_outside(const AnnotatedPicture& picture,
                        const GrayImage& image,
                        DetectorComparison& result) {
  for (const AnnotatedFace& face : picture.faces) {
    if (!lies_outside(face, image)) continue;
    const Rect box = face.box ? *face.box : hull_of(face.points);
    const auto rounded = [](float value) { return std::to_string(std::lround(value)); };
    ++result.boxes_outside;
    result.problems.push_back(
        picture.image.string() + ": a face at " + rounded(box.x) + ", " + rounded(box.y) + " of " +
        rounded(box.width) + " x " + rounded(box.height) + " pixels, expected one inside the " +
        std::to_string(image.width()) + " x " + std::to_string(image.height()) + " picture");
  }
}

}  // namespace

DetectorComparison evaluate_detectors(const AnnotatedPictures& dataset,
                                      std::span<const DetectorUnderTest> detectors,
                                      const DetectorEvaluationOptions& options) {
  EYELID_EXPECTS(!detectors.empty());
  DetectorComparison result;
  std::vector<DetectorRun> runs(detectors.begin(), detectors.end());
  bool knows_false = true;
  for (std::size_t done = 0; done < dataset.pictures.size(); ++done) {
    files::throw_if_interrupted();
    if (options.progress) options.progress(done, dataset.pictures.size());
    const AnnotatedPicture& picture = dataset.pictures[done];
    GrayImage image;
    try {
      image = video::read_image(picture.image);
    } catch (const InputError& error) {
      ++result.unreadable_images;
      result.problems.emplace_back(error.what());
      continue;
    }
    name_boxes_outside(picture, image, result);
    if (result.images == 0) {
      for (DetectorRun& run : runs) run.warm_up(image);
    }
    ++result.images;
    knows_false = knows_false && (picture.is_complete || dataset.counts_false_anyway);
    for (std::size_t i = 0; i < runs.size(); ++i) runs[i].add(picture, image, i, options);
  }
  expect_some(result.images, "readable picture", dataset.name, result.problems);
  for (const DetectorRun& run : runs) result.rows.push_back(run.summary(knows_false));
  return result;
}

}  // namespace eyelid::evaluation
