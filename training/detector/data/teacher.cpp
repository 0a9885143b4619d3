// SPDX-License-Identifier: MIT
#include "training/detector/data/teacher.hpp"

#include <algorithm>
#include <utility>

#include "eyelid/core/error.hpp"
#include "eyelid/detection/weighted_suppression.hpp"
#include "eyelid/networks/blazeface_weights.hpp"

namespace eyelid::training {

/// A network of the pool, given back at the end of the scope.
class Teacher::Loan {
 public:
  explicit Loan(const Teacher& owner) : owner_(owner) {
    {
      const std::lock_guard lock(owner_.mutex_);
      if (!owner_.idle_.empty()) {
        network_ = std::move(owner_.idle_.back());
        owner_.idle_.pop_back();
      }
    }
    if (!network_) network_ = std::make_unique<networks::BlazeFaceNetwork>(owner_.weights_);
  }
  ~Loan() {
    const std::lock_guard lock(owner_.mutex_);
    owner_.idle_.push_back(std::move(network_));
  }
  Loan(const Loan&) = delete;
  Loan& operator=(const Loan&) = delete;
  networks::BlazeFaceNetwork* operator->() const { return network_.get(); }

 private:
  const Teacher& owner_;
  std::unique_ptr<networks::BlazeFaceNetwork> network_;
};

Teacher::Teacher(const std::filesystem::path& model) {
  const networks::BlazeFaceWeights weights = networks::load_blazeface(model);
  if (weights.color_stem.empty()) {
    throw InputError(model.string() +
                     ": a model for gray pictures, expected a teacher that sees colors");
  }
  weights_ = networks::pack_blazeface(weights);
  sha256_ = weights.sha256;
}

void Teacher::run(const ColorCanvas& canvas, std::vector<float>& numbers) const {
  const Loan network(*this);
  const networks::BlazeFaceLogits& logits = network->run_color(canvas.rgb);
  constexpr auto kAnchors = static_cast<std::size_t>(kDetectorAnchors);
  constexpr auto kNumbers = static_cast<std::size_t>(kDetectorNumbers);
  numbers.resize(kAnchors * kNumbers);
  // Boxes go to the front, then are spread from the last row on to make room for the logits.
  network->all_box_numbers(std::span(numbers).first(kAnchors * 16));
  for (std::size_t i = kAnchors; i-- > 0;) {
    std::copy_backward(numbers.begin() + static_cast<std::ptrdiff_t>(i * 16),
                       numbers.begin() + static_cast<std::ptrdiff_t>(i * 16 + 16),
                       numbers.begin() + static_cast<std::ptrdiff_t>(i * kNumbers + 16));
    numbers[i * kNumbers + 16] = logits[i];
  }
}

std::vector<FaceBox> Teacher::find(const ColorCanvas& canvas, float min_score) const {
  const Loan network(*this);
  const networks::BlazeFaceLogits& logits = network->run_color(canvas.rgb);
  const float min_logit = detection::logit_of(min_score);
  const auto joiner = std::make_unique<detection::CandidateJoiner>();
  for (int i = 0; i < kDetectorAnchors; ++i) {
    const float logit = logits[static_cast<std::size_t>(i)];
    if (logit < min_logit) continue;
    joiner->add(detection::decode_box(
        network->box_numbers(i).data(), detection::anchor_center(i), detection::sigmoid(logit)));
  }
  std::vector<detection::FaceCandidate> joined;
  joiner->join(detection::kSuppressionIou, joined);
  std::vector<FaceBox> faces;
  for (detection::FaceCandidate& face : joined) {
    for (Point& p : face.keypoints) p = p - Point{0.5f, 0.5f};
    faces.push_back({face.box, face.score, face.keypoints});
  }
  return faces;
}

}  // namespace eyelid::training
