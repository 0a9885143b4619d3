// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "eyelid/detection/face_detector.hpp"
#include "eyelid/evaluation/landmark_accuracy.hpp"
#include "eyelid/evaluation/landmark_datasets.hpp"
#include "eyelid/landmarks/eye_landmarker.hpp"

namespace eyelid::evaluation {

struct LandmarkEvaluationOptions {
  landmarks::PointCount points = landmarks::PointCount::Twelve;
  /// A face whose normalized mean error is larger counts as failed.
  double failure_limit = 0.10;
  /// A detection belongs to a face when its IoU with detector_box_of_hull() is at least this.
  double match_iou = 0.3;
  /// The detector sees the picture scaled by this factor, 0.05 .. 1; landmarks are placed in
  /// the full picture.
  double detection_scale = 1.0;
};

/// One row of `eyelid evaluate landmarks`.
struct LandmarkEvaluation {
  std::string detector;  // "truth" when the boxes were given
  int points = 12;       // compared: the 12 lid points, or all 68
  double detection_scale = 1.0;
  LandmarkAccuracy accuracy;
  double ms_per_face = 0.0;           // median of `locate`, one thread, detection not included
  std::vector<std::string> problems;  // pictures that cannot be read; skipped
};

/// Lid points, and 68 points on request, of a face in a frame: EyeLandmarker::locate, or a
/// GPU.
using LocateFace = std::function<landmarks::FacePoints(
    const FrameView& frame, const FaceBox& face, landmarks::PointCount points)>;

/// Locates every annotated face and compares.
///
/// With a detector: of its boxes in the whole picture the one of highest IoU with the face is
/// taken; a face without one is missed. Without one (`detector` null) the box is computed from
/// the annotated points as BlazeFace would draw it, without keypoints. For 68 points faces without
/// 68 annotated points are skipped. Throws InputError when no face remains or a model is missing.
LandmarkEvaluation evaluate_landmarks(const LandmarkDataset& dataset,
                                      detection::FaceDetector* detector,
                                      const LocateFace& locate,
                                      const LandmarkEvaluationOptions& options = {});
/// The same with the landmarks of this processor.
LandmarkEvaluation evaluate_landmarks(const LandmarkDataset& dataset,
                                      detection::FaceDetector* detector,
                                      std::shared_ptr<const landmarks::LandmarkModels> models,
                                      const LandmarkEvaluationOptions& options = {});

}  // namespace eyelid::evaluation
