// SPDX-License-Identifier: MIT
#include "eyelid/detection/blazeface_face_detector.hpp"

#include <utility>

#include "eyelid/core/error.hpp"
#include "eyelid/detection/anchors.hpp"
#include "eyelid/detection/box_decoding.hpp"
#include "eyelid/detection/non_maximum_suppression.hpp"
#include "eyelid/frames/letterbox.hpp"

namespace eyelid::detection {
namespace {

using Clock = std::chrono::steady_clock;

/// From input pixels on edges to the frame: the box stays on edges, points go to pixel centers.
void move_to_frame(FaceBox& face, const frames::Placement& placement) {
  const auto scale = static_cast<float>(1.0 / placement.scale);
  const auto left = static_cast<float>(placement.offset_x);
  const auto top = static_cast<float>(placement.offset_y);
  face.box = {(face.box.x - left) * scale,
              (face.box.y - top) * scale,
              face.box.width * scale,
              face.box.height * scale};
  for (Point& point : *face.keypoints) {
    point = {(point.x - left) * scale - 0.5f, (point.y - top) * scale - 0.5f};
  }
}

class BlazeFaceFaceDetector final : public FaceDetector {
 public:
  BlazeFaceFaceDetector(std::shared_ptr<const networks::PackedBlazeFace> weights,
                        const BlazeFaceOptions& options)
      : options_(options),
        logit_threshold_(logit_of(options.score_threshold)),
        network_(std::move(weights)),
        letterbox_(networks::kBlazeFaceInput_px) {
    candidates_.reserve(kAnchorCount);
  }

  std::string_view name() const override { return "blazeface"; }

  void detect(const FrameView& frame, std::vector<FaceBox>& faces) override {
    EYELID_EXPECTS(!frame.is_empty());
    // Four readings of the clock, about 0.1 us in all.
    const Clock::time_point begin = Clock::now();
    const GrayImage& input = letterbox_.fit(frame);
    const Clock::time_point prepared = Clock::now();
    const networks::BlazeFaceLogits& logits = network_.run(input);
    const Clock::time_point scored = Clock::now();
    candidates_.clear();
    for (int anchor = 0; anchor < kAnchorCount; anchor++) {
      const auto index = static_cast<std::size_t>(anchor);
      // Compared before the sigmoid: it is monotonic, so exp() is spent only on what passes.
      if (!(logits[index] >= logit_threshold_)) continue;
      const networks::BlazeFaceBoxNumbers numbers = network_.box_numbers(anchor);
      candidates_.push_back(decode_box(numbers, anchors_[index], sigmoid(logits[index])));
    }
    weighted_non_maximum_suppression(candidates_, options_.suppression_iou, faces);
    for (FaceBox& face : faces) move_to_frame(face, letterbox_.placement());
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
  std::array<Point, kAnchorCount> anchors_ = blazeface_anchors();
  std::vector<FaceBox> candidates_;
  std::optional<DetectionSteps> steps_;
};

}  // namespace

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
