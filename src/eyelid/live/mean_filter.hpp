// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <deque>

#include "eyelid/closure/causal_closure.hpp"

namespace eyelid::live {

/// A moving average of the live closure over the latest frames, over those that have one. It delays
/// by half the frames; with one frame it does nothing.
class MeanFilter {
 public:
  explicit MeanFilter(int frames) : frames_(static_cast<std::size_t>(frames)) {}

  closure::LiveFec next(const closure::LiveFec& fec) {
    if (frames_ == 1) return fec;
    latest_.push_back(fec);
    if (latest_.size() > frames_) latest_.pop_front();
    closure::LiveFec result;
    for (const Eye eye : kEyes) {
      if (std::isfinite(fec.eyes[eye])) {
        result.eyes[eye] = mean_of([&](const closure::LiveFec& f) { return f.eyes[eye]; });
      }
    }
    if (std::isfinite(fec.mean)) {
      result.mean = mean_of([](const closure::LiveFec& f) { return f.mean; });
    }
    return result;
  }

 private:
  template <class Get>
  float mean_of(Get get) const {
    float sum = 0.0f;
    int count = 0;
    for (const closure::LiveFec& fec : latest_) {
      if (!std::isfinite(get(fec))) continue;
      sum += get(fec);
      ++count;
    }
    return sum / static_cast<float>(count);
  }

  std::size_t frames_;
  std::deque<closure::LiveFec> latest_;
};

}  // namespace eyelid::live
