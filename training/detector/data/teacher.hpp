// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "eyelid/core/face.hpp"
#include "eyelid/networks/blazeface_network.hpp"
#include "training/detector/data/canvas.hpp"

namespace eyelid::training {

/// A trained BlazeFace that shows another what to see: the public model, in its own colors.
///
/// Threads: any; each call borrows a network.
class Teacher {
 public:
  /// Any BlazeFace file with a color stem (.tflite, .pth). Throws InputError.
  explicit Teacher(const std::filesystem::path& model);

  /// kDetectorAnchors rows of kDetectorNumbers: box and keypoint numbers, then the logit.
  void run(const ColorCanvas& canvas, std::vector<float>& numbers) const;

  /// Of the model's file.
  const std::string& sha256() const { return sha256_; }

  /// Faces on the canvas, best first; boxes on pixel edges, keypoints from pixel centers.
  std::vector<FaceBox> find(const ColorCanvas& canvas, float min_score) const;

 private:
  class Loan;
  std::shared_ptr<const networks::PackedBlazeFace> weights_;
  std::string sha256_;
  mutable std::mutex mutex_;
  mutable std::vector<std::unique_ptr<networks::BlazeFaceNetwork>> idle_;
};

}  // namespace eyelid::training
