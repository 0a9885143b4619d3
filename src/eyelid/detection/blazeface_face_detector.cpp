// SPDX-License-Identifier: MIT
#include "eyelid/detection/blazeface_face_detector.hpp"

#include <utility>

#include "eyelid/core/error.hpp"
#include "eyelid/detection/weighted_suppression.hpp"
#include "eyelid/frames/letterbox.hpp"
#include "eyelid/kernels/gpu/serial_block.hpp"

namespace eyelid::detection {
namespace {

using Clock = std::chrono::steady_clock;

class BlazeFaceFaceDetector final : public FaceDetector {
 public:
  BlazeFaceFaceDetector(std::shared_ptr<const networks::PackedBlazeFace> weights,
                        const BlazeFaceOptions& options)
      : options_(options),
        logit_threshold_(logit_of(options.score_threshold)),
        network_(std::move(weights)),
        letterbox_(networks::kBlazeFaceInput_px) {}

  std::string_view name() const override { return "blazeface"; }

  void detect(const FrameView& frame, std::vector<FaceBox>& faces) override {
    EYELID_EXPECTS(!frame.is_empty());
    // Four readings of the clock, about 0.1 us in all.
    const Clock::time_point begin = Clock::now();
    const GrayImage& input = letterbox_.fit(frame);
    const Clock::time_point prepared = Clock::now();
    const networks::BlazeFaceLogits& logits = network_.run(input);
    const Clock::time_point scored = Clock::now();
    joiner_.clear();
    for (int anchor = 0; anchor < kAnchorCount; anchor++) {
      const float logit = logits[static_cast<std::size_t>(anchor)];
      // Compared before the sigmoid: it is monotonic, so exp() is spent only on what passes.
      if (!(logit >= logit_threshold_)) continue;
      const networks::BlazeFaceBoxNumbers numbers = network_.box_numbers(anchor);
      joiner_.add(decode_box(numbers.data(), anchor_center(anchor), sigmoid(logit)));
    }
    joiner_.join(options_.suppression_iou, joined_);
    faces.clear();
    const InputPlacement placement = input_placement(letterbox_.placement());
    for (const FaceCandidate& joined : joined_) {
      const FaceCandidate face = moved_to_frame(joined, placement);
      faces.push_back({face.box, face.score, face.keypoints});
    }
    steps_ = {prepared - begin, scored - prepared, Clock::now() - scored};
  }

  std::optional<DetectionSteps> last_steps() const override { return steps_; }

  std::unique_ptr<FaceDetector> clone() const override {
    return std::make_unique<BlazeFaceFaceDetector>(network_.weights(), options_);
  }

 private:
  BlazeFaceOptions options_;
  float logit_threshold_;
  networks::BlazeFaceNetwork network_;
  frames::Letterbox letterbox_;
  CandidateJoiner joiner_;
  std::vector<FaceCandidate> joined_;
  std::optional<DetectionSteps> steps_;
};

}  // namespace

InputPlacement input_placement(const frames::Placement& placement) {
  return {static_cast<float>(1.0 / placement.scale),
          static_cast<float>(placement.offset_x),
          static_cast<float>(placement.offset_y)};
}

void CandidateJoiner::join(float iou_threshold, std::vector<FaceCandidate>& faces) {
  faces.clear();
  kernels::gpu::SerialBlock block;
  WeightedSuppression(block, work_, count_)
      .run(iou_threshold, kAnchorCount, [&](int, const FaceCandidate& face) {
        faces.push_back(face);
      });
}

std::unique_ptr<FaceDetector> make_blazeface_detector(
    std::shared_ptr<const networks::PackedBlazeFace> weights, const BlazeFaceOptions& options) {
  EYELID_EXPECTS(options.score_threshold > 0.0f && options.score_threshold < 1.0f);
  EYELID_EXPECTS(options.suppression_iou >= 0.0f && options.suppression_iou <= 1.0f);
  return std::make_unique<BlazeFaceFaceDetector>(std::move(weights), options);
}

std::unique_ptr<FaceDetector> make_blazeface_detector(const networks::BlazeFaceWeights& weights,
                                                      const BlazeFaceOptions& options) {
  return make_blazeface_detector(networks::pack_blazeface(weights), options);
}

}  // namespace eyelid::detection
