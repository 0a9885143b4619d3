// SPDX-License-Identifier: MIT
#include "training/detector/data/held_out_check.hpp"

#include <tbb/parallel_for.h>

#include <algorithm>

#include "eyelid/core/error.hpp"
#include "eyelid/detection/blazeface_face_detector.hpp"
#include "eyelid/evaluation/detection_matching.hpp"
#include "eyelid/files/interruption.hpp"

namespace eyelid::training {
namespace {

constexpr float kMinFace = 0.1f;  // of the longer side
constexpr double kMinIou = 0.5;

struct SceneFigures {
  std::vector<ThresholdFigures> thresholds;
  double eye_error = 0.0;  // sum over eyes
  int eyes = 0;
};

void add_eye_errors(const std::vector<FaceBox>& detections,
                    const HeldOutScene& scene,
                    SceneFigures& figures) {
  for (const KnownFace& face : scene.faces) {
    if (face.points.empty()) continue;
    const auto best = std::max_element(
        detections.begin(), detections.end(), [&](const FaceBox& a, const FaceBox& b) {
          return iou(a.box, face.box) < iou(b.box, face.box);
        });
    if (best == detections.end() || iou(best->box, face.box) < kMinIou) continue;
    const float apart = distance(face.keypoints[0], face.keypoints[1]);
    if (apart < 1.0f) continue;
    for (std::size_t eye = 0; eye < 2; ++eye) {
      figures.eye_error += distance((*best->keypoints)[eye], face.keypoints[eye]) / apart;
      ++figures.eyes;
    }
  }
}

SceneFigures check_scene(const HeldOutScene& scene,
                         const std::shared_ptr<const networks::PackedBlazeFace>& weights,
                         std::span<const float> thresholds) {
  SceneFigures figures;
  std::vector<evaluation::AnnotatedBox> faces;
  const auto longer = static_cast<float>(std::max(scene.image.width(), scene.image.height()));
  for (const KnownFace& face : scene.faces) {
    faces.push_back({face.box, face.box.height < kMinFace * longer});
  }
  for (const Rect& box : scene.ignored) faces.push_back({box, true});
  std::vector<FaceBox> detections;
  for (const float threshold : thresholds) {
    detection::BlazeFaceOptions options;
    options.score_threshold = threshold;
    detection::make_blazeface_detector(weights, options)->detect(scene.image, detections);
    const evaluation::DetectionMatch match =
        evaluation::match_detections(detections, faces, kMinIou);
    figures.thresholds.push_back({threshold,
                                  static_cast<int>(match.true_positives + match.false_negatives),
                                  static_cast<int>(match.true_positives),
                                  static_cast<int>(match.false_positives)});
    if (threshold == thresholds[0]) add_eye_errors(detections, scene, figures);
  }
  return figures;
}

void add(const SceneFigures& scene, HeldOutSet& set) {
  ++set.pictures;
  set.thresholds.resize(scene.thresholds.size());
  for (std::size_t i = 0; i < scene.thresholds.size(); ++i) {
    set.thresholds[i].threshold = scene.thresholds[i].threshold;
    set.thresholds[i].faces += scene.thresholds[i].faces;
    set.thresholds[i].found += scene.thresholds[i].found;
    set.thresholds[i].false_detections += scene.thresholds[i].false_detections;
  }
  set.eye_error += scene.eye_error;
  set.eyes += scene.eyes;
}

}  // namespace

double ThresholdFigures::recall() const {
  return faces == 0 ? 0.0 : static_cast<double>(found) / faces;
}

double ThresholdFigures::precision() const {
  const int all = found + false_detections;
  return all == 0 ? 0.0 : static_cast<double>(found) / all;
}

std::vector<HeldOutSet> check_on_held_out(const SceneLibrary& library,
                                          const networks::BlazeFaceWeights& weights,
                                          std::span<const float> thresholds) {
  EYELID_EXPECTS(!thresholds.empty());
  const auto packed = networks::pack_blazeface(weights);
  std::vector<SceneFigures> figures(library.held_out.size());
  tbb::parallel_for(std::size_t{0}, figures.size(), [&](std::size_t i) {
    files::throw_if_interrupted();
    figures[i] = check_scene(library.held_out[i], packed, thresholds);
  });
  std::vector<HeldOutSet> sets;
  HeldOutSet all;
  all.set = "all";
  for (std::size_t i = 0; i < figures.size(); ++i) {
    const std::string& name = library.held_out[i].set;
    auto set = std::find_if(
        sets.begin(), sets.end(), [&](const HeldOutSet& other) { return other.set == name; });
    if (set == sets.end()) {
      set = sets.emplace(sets.end());
      set->set = name;
    }
    add(figures[i], *set);
    add(figures[i], all);
  }
  sets.push_back(std::move(all));
  for (HeldOutSet& set : sets) {
    if (set.eyes > 0) set.eye_error /= set.eyes;
  }
  return sets;
}

}  // namespace eyelid::training
