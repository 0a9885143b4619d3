// SPDX-License-Identifier: MIT
#include "eyelid/conditioning/trial_engine_gate.hpp"

#include <algorithm>

#include "eyelid/core/error.hpp"

namespace eyelid::conditioning {
namespace {

// Times of frames are sums and quotients: 0.2 s after may read 0.19999.
constexpr double kTimeRounding_s = 1e-6;

bool has_same_eyes(const PerEye<float>& a, const PerEye<float>& b) {
  return is_finite(a.right) == is_finite(b.right) && is_finite(a.left) == is_finite(b.left);
}

}  // namespace

std::string_view words_of(GateRefusal refusal) {
  switch (refusal) {
    case GateRefusal::FrameLost:
      return "a frame was lost";
    case GateRefusal::FaceLost:
      return "no closure was measured";
    case GateRefusal::EyeCameOrWent:
      return "an eye came or went";
    case GateRefusal::Closed:
      return "the eye is not open";
    case GateRefusal::Moving:
      return "the lid moves";
  }
  return "";
}

float judged_fec(const EngineFrame& frame, JudgedEye eye) {
  if (frame.is_lost) return kNotAvailable;
  if (eye == JudgedEye::Mean) return frame.mean_fec;
  return eye == JudgedEye::Right ? frame.fec.right : frame.fec.left;
}

void OpenAndStill::begin_anew(GateRefusal cause) {
  size_ = 0;
  cause_ = cause;
}

void OpenAndStill::append(const Sample& sample) {
  if (size_ == ring_.size()) {
    std::rotate(ring_.begin(), ring_.begin() + static_cast<std::ptrdiff_t>(first_), ring_.end());
    first_ = 0;
    ring_.resize(std::max<std::size_t>(64, 2 * ring_.size()));
  }
  ring_[(first_ + size_++) % ring_.size()] = sample;
}

void OpenAndStill::add(const EngineFrame& frame) {
  const bool follows = !last_frame_ || frame.frame == *last_frame_ + 1;
  last_frame_ = frame.frame;
  if (frame.is_lost || !follows) begin_anew(GateRefusal::FrameLost);
  if (frame.is_lost) return;
  Sample next{frame.time_s, kNeitherEye, judged_fec(frame, eye_)};
  if (!is_finite(next.judged)) return begin_anew(GateRefusal::FaceLost);
  if (eye_ == JudgedEye::Mean) {
    next.eyes = frame.fec;
    if (size_ > 0 && !has_same_eyes(next.eyes, sample(size_ - 1).eyes)) {
      begin_anew(GateRefusal::EyeCameOrWent);
    }
  } else {
    next.eyes.right = next.judged;
  }
  if (size_ == 0) row_from_s_ = frame.time_s;
  while (size_ > 0 && sample(0).time_s < frame.time_s - gate_.stable_s - kTimeRounding_s) {
    first_ = (first_ + 1) % ring_.size();
    --size_;
  }
  append(next);
}

OpenAndStill::State OpenAndStill::state(GateRefusal& refusal) const {
  const bool is_long_enough =
      size_ > 0 && sample(size_ - 1).time_s - row_from_s_ >= gate_.stable_s - kTimeRounding_s;
  if (!is_long_enough) {
    if (!cause_) return State::TooShort;
    refusal = *cause_;
    return State::Refused;
  }
  bool is_open = true;
  bool is_still = true;
  for (const Eye eye : kEyes) {
    if (!is_finite(sample(0).eyes[eye])) continue;
    float low = sample(0).eyes[eye];
    float high = low;
    for (std::size_t i = 1; i < size_; ++i) {
      low = std::min(low, sample(i).eyes[eye]);
      high = std::max(high, sample(i).eyes[eye]);
    }
    is_open = is_open && static_cast<double>(high) < gate_.open;
    is_still = is_still && static_cast<double>(high) - static_cast<double>(low) <= gate_.stable;
  }
  if (is_open && is_still) return State::Open;
  refusal = is_open ? GateRefusal::Moving : GateRefusal::Closed;
  return State::Refused;
}

float OpenAndStill::mean() const {
  EYELID_EXPECTS(size_ > 0);
  double sum = 0.0;
  for (std::size_t i = 0; i < size_; ++i) sum += static_cast<double>(sample(i).judged);
  return static_cast<float>(sum / static_cast<double>(size_));
}

}  // namespace eyelid::conditioning
