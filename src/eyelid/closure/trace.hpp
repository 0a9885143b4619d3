// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "eyelid/core/eyelid_sample.hpp"

namespace eyelid::closure {

/// What closure analysis needs of one decoded frame.
struct ClosureInput {
  std::int64_t frame = 0;
  double time_s = 0.0;
  PerEye<float> ear = kNeitherEye;
  bool is_trustworthy = false;  // otherwise both ratios are ignored
  bool is_suspect = false;
  float face_score = kNotAvailable;
  Rect face_box{kNotAvailable, kNotAvailable, kNotAvailable, kNotAvailable};
};

ClosureInput closure_input(const FrameMeasurement& measurement);

/// A recording's records in order of time, readable more than once.
class TraceReader {
 public:
  virtual ~TraceReader() = default;
  /// The next call of next() delivers the first record again.
  virtual void rewind() = 0;
  /// False once all records are delivered. Throws InputError when the storage fails.
  virtual bool next(ClosureInput& record) = 0;
};

/// Records held in memory: for tests and short recordings.
class VectorTrace final : public TraceReader {
 public:
  explicit VectorTrace(std::vector<ClosureInput> records) : records_(std::move(records)) {}
  void rewind() override { position_ = 0; }
  bool next(ClosureInput& record) override {
    if (position_ == records_.size()) return false;
    record = records_[position_++];
    return true;
  }

 private:
  std::vector<ClosureInput> records_;
  std::size_t position_ = 0;
};

}  // namespace eyelid::closure
