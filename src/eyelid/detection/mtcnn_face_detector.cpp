// SPDX-License-Identifier: MIT
#include "eyelid/detection/mtcnn_face_detector.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "eyelid/core/error.hpp"
#include "eyelid/detection/box_decoding.hpp"
#include "eyelid/detection/mtcnn_boxes.hpp"
#include "eyelid/frames/area_average.hpp"

namespace eyelid::detection {
namespace {

using networks::CropNetwork;
using networks::kMtcnnOffset;
using networks::kMtcnnScale;

constexpr float kWithinLevel = 0.5f;  // overlap at which proposals of one level are the same
constexpr float kBetween = 0.7f;      // and everywhere else

/// The pixels of a box that lie in the frame, as facenet-pytorch cuts them; empty when none do.
frames::PixelWindow crop_of(const MtcnnBox& box, int width, int height) {
  // Far outside is as good as just outside; the bound keeps the conversion defined.
  const auto whole = [](float edge) { return static_cast<int>(std::clamp(edge, -1.0e6f, 1.0e6f)); };
  const int left = std::max(1, whole(box.left)), top = std::max(1, whole(box.top));
  const int right = std::min(width, whole(box.right)), bottom = std::min(height, whole(box.bottom));
  return {left - 1, top - 1, right - left + 1, bottom - top + 1};
}

class MtcnnFaceDetector final : public FaceDetector {
 public:
  MtcnnFaceDetector(std::shared_ptr<const networks::PackedMtcnn> weights,
                    const MtcnnOptions& options)
      : weights_(std::move(weights)),
        options_(options),
        pnet_(weights_),
        rnet_(CropNetwork::Kind::Refinement, weights_),
        onet_(CropNetwork::Kind::Output, weights_) {}

  std::string_view name() const override { return "mtcnn"; }

  void detect(const FrameView& frame, std::vector<FaceBox>& faces) override {
    EYELID_EXPECTS(!frame.is_empty());
    average_.set_frame(frame);
    propose();
    refine();
    output();
    faces.clear();
    for (const MtcnnBox& box : boxes_) faces.push_back(face_of(box));
  }

  std::unique_ptr<FaceDetector> clone() const override {
    return std::make_unique<MtcnnFaceDetector>(weights_, options_);
  }

 private:
  /// P-net on every level; proposals become squares in the frame.
  void propose() {
    boxes_.clear();
    const int width = average_.frame_width(), height = average_.frame_height();
    double scale = static_cast<double>(networks::kProposalWindow_px) /
                   static_cast<double>(options_.min_face_px);
    double shorter = std::min(width, height) * scale;
    while (shorter >= networks::kProposalWindow_px) {
      propose_on_level(
          scale, static_cast<int>(width * scale + 1.0), static_cast<int>(height * scale + 1.0));
      scale *= options_.pyramid_factor;
      shorter *= options_.pyramid_factor;
    }
    suppression_.run(boxes_, kBetween, MtcnnOverlap::OfUnion);
    for (MtcnnBox& box : boxes_) {
      apply_correction(box, 0.0f);
      make_square(box);
    }
  }

  void propose_on_level(double scale, int width, int height) {
    average_.select({0, 0, average_.frame_width(), average_.frame_height()},
                    width,
                    height,
                    kMtcnnOffset,
                    kMtcnnScale);
    proposals_.clear();
    pnet_.run(
        width,
        height,
        [this](int y, float* even, float* odd) {
          average_.write_columns(y, 0, 2, even, 1);
          average_.write_columns(y, 1, 2, odd, 1);
        },
        logit_of(options_.thresholds[0]),
        proposals_);
    level_boxes_.clear();
    const auto factor = static_cast<float>(scale);
    for (const networks::MtcnnProposal& proposal : proposals_) {
      const auto in_frame = [&](int cell, float offset) {
        return std::floor((2.0f * static_cast<float>(cell) + offset) / factor);
      };
      level_boxes_.push_back({in_frame(proposal.x, 1.0f),
                              in_frame(proposal.y, 1.0f),
                              in_frame(proposal.x, 12.0f),
                              in_frame(proposal.y, 12.0f),
                              sigmoid(proposal.logit),
                              proposal.correction,
                              {}});
    }
    suppression_.run(level_boxes_, kWithinLevel, MtcnnOverlap::OfUnion);
    boxes_.insert(boxes_.end(), level_boxes_.begin(), level_boxes_.end());
  }

  /// R-net decides about the proposals.
  void refine() {
    judge(rnet_, options_.thresholds[1]);
    suppression_.run(boxes_, kBetween, MtcnnOverlap::OfUnion);
    for (MtcnnBox& box : boxes_) {
      apply_correction(box, 1.0f);
      make_square(box);
    }
  }

  /// O-net decides about what R-net left, and finds the points.
  void output() {
    judge(onet_, options_.thresholds[2]);
    for (MtcnnBox& box : boxes_) {
      const float width = box.right - box.left + 1.0f, height = box.bottom - box.top + 1.0f;
      for (std::size_t i = 0; i < 5; i++) {
        box.points[i] = width * box.points[i] + box.left - 1.0f;
        box.points[5 + i] = height * box.points[5 + i] + box.top - 1.0f;
      }
      apply_correction(box, 1.0f);
    }
    suppression_.run(boxes_, kBetween, MtcnnOverlap::OfSmaller);
  }

  /// Runs a network over all boxes and keeps those it likes, with what it says of them.
  void judge(CropNetwork& network, float threshold) {
    const int width = average_.frame_width(), height = average_.frame_height();
    std::erase_if(boxes_, [&](const MtcnnBox& box) {
      const frames::PixelWindow crop = crop_of(box, width, height);
      return crop.width < 1 || crop.height < 1;
    });
    const auto most = static_cast<std::size_t>(network.max_crops());
    std::size_t kept = 0;
    for (std::size_t begin = 0; begin < boxes_.size(); begin += most) {
      const std::size_t count = std::min(most, boxes_.size() - begin);
      for (std::size_t i = 0; i < count; i++) {
        write_crop(crop_of(boxes_[begin + i], width, height),
                   network.input_px(),
                   network.input() + i,
                   static_cast<std::ptrdiff_t>(count));
      }
      const auto results = network.run(static_cast<int>(count));
      for (std::size_t i = 0; i < count; i++) {
        const float score = sigmoid(results[i].logit);
        if (!(score > threshold)) continue;
        MtcnnBox box = boxes_[begin + i];
        box.score = score;
        box.correction = results[i].correction;
        box.points = results[i].points;
        boxes_[kept++] = box;
      }
    }
    boxes_.resize(kept);
  }

  void write_crop(const frames::PixelWindow& crop, int size, float* target, std::ptrdiff_t step) {
    average_.select(crop, size, size, kMtcnnOffset, kMtcnnScale);
    for (int y = 0; y < size; y++) average_.write_columns(y, 0, 1, target + y * size * step, step);
  }

  static FaceBox face_of(const MtcnnBox& box) {
    const auto point = [&](std::size_t i) { return Point{box.points[i], box.points[5 + i]}; };
    constexpr float kNone = std::numeric_limits<float>::quiet_NaN();
    FaceBox face;
    face.box = {box.left, box.top, box.right - box.left, box.bottom - box.top};
    face.score = box.score;
    face.mouth_corners = {point(3), point(4)};
    face.keypoints = FaceKeypoints{point(0),
                                   point(1),
                                   point(2),
                                   (point(3) + point(4)) * 0.5f,
                                   Point{kNone, kNone},
                                   Point{kNone, kNone}};
    return face;
  }

  std::shared_ptr<const networks::PackedMtcnn> weights_;
  MtcnnOptions options_;
  networks::ProposalNetwork pnet_;
  CropNetwork rnet_;
  CropNetwork onet_;
  frames::AreaAverage average_;
  MtcnnSuppression suppression_;
  std::vector<networks::MtcnnProposal> proposals_;
  std::vector<MtcnnBox> level_boxes_;
  std::vector<MtcnnBox> boxes_;
};

}  // namespace

std::unique_ptr<FaceDetector> make_mtcnn_detector(
    std::shared_ptr<const networks::PackedMtcnn> weights, const MtcnnOptions& options) {
  EYELID_EXPECTS(options.min_face_px >= networks::kProposalWindow_px);
  EYELID_EXPECTS(options.pyramid_factor > 0.1 && options.pyramid_factor < 0.99);
  for (const float threshold : options.thresholds) {
    EYELID_EXPECTS(threshold > 0.0f && threshold < 1.0f);
  }
  return std::make_unique<MtcnnFaceDetector>(std::move(weights), options);
}

std::unique_ptr<FaceDetector> make_mtcnn_detector(const networks::MtcnnWeights& weights,
                                                  const MtcnnOptions& options) {
  return make_mtcnn_detector(networks::pack_mtcnn(weights), options);
}

}  // namespace eyelid::detection
