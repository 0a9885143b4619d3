// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <memory>

#include "eyelid/detection/face_detector.hpp"
#include "eyelid/networks/mtcnn_networks.hpp"

namespace eyelid::detection {

/// facenet-pytorch's defaults.
struct MtcnnOptions {
  float min_face_px = 20.0f;  // in the frame; time falls with its square
  /// Least scores of P-, R- and O-net; the last is the least score of a face.
  std::array<float, 3> thresholds = {0.6f, 0.7f, 0.7f};
  double pyramid_factor = 0.709;  // of the sides from one level to the next
};

/// MTCNN: P-net over a pyramid of the frame proposes, R-net and O-net look again at each proposal,
/// scaled to 24 and 48 pixels. Gray frames; the networks see the same value in all their channels.
///
/// Box, score and keypoints equal those of facenet-pytorch's MTCNN.detect(landmarks=True) on a gray
/// picture up to rounding, its 1-based edges included. Keypoints: eyes and nose as given, the mouth
/// between the corners, which are in `mouth_corners`; ears are NaN. MTCNN names the points by
/// their side in the picture, left first: for an unmirrored picture the subject's right eye.
///
/// Source: Zhang, Zhang, Li, Qiao, IEEE Signal Processing Letters 2016; facenet-pytorch 2.6
/// (models/utils/detect_face.py), whose steps this follows one by one.
std::unique_ptr<FaceDetector> make_mtcnn_detector(
    std::shared_ptr<const networks::PackedMtcnn> weights, const MtcnnOptions& options = {});
std::unique_ptr<FaceDetector> make_mtcnn_detector(const networks::MtcnnWeights& weights,
                                                  const MtcnnOptions& options = {});

}  // namespace eyelid::detection
