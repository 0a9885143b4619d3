// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "eyelid/core/error.hpp"
#include "eyelid/exports/hdf5_file.hpp"

namespace eyelid::exports {

/// A dataset that is written frame by frame, in memory that does not depend on their number: the
/// values of each frame, in the order of the other dimensions.
///
/// finish() writes the last ones. Errors: as Hdf5File.
template <class Value>
class FrameDataset {
 public:
  /// `frame_axis` counts the frames: the first dimension or the last.
  FrameDataset(Hdf5File& file,
               std::string path,
               std::vector<std::size_t> shape,
               std::size_t frame_axis)
      : file_(&file), path_(std::move(path)), shape_(std::move(shape)), frame_axis_(frame_axis) {
    EYELID_EXPECTS(frame_axis == 0 || frame_axis + 1 == shape_.size());
    for (std::size_t axis = 0; axis < shape_.size(); ++axis) {
      if (axis != frame_axis_) width_ *= shape_[axis];
    }
    file_->reserve(path_, kType, shape_);
  }

  void add(std::span<const Value> values) {
    EYELID_EXPECTS(values.size() == width_);
    held_.insert(held_.end(), values.begin(), values.end());
    if (held_.size() >= kBlock * width_) flush();
  }
  void add(Value value) { add(std::span<const Value>(&value, 1)); }

  void finish() {
    if (!held_.empty()) flush();
  }

 private:
  static constexpr std::size_t kBlock = 8192;  // frames written at once
  static constexpr Number kType = std::is_same_v<Value, double>  ? Number::Double
                                  : std::is_same_v<Value, float> ? Number::Float
                                                                 : Number::Byte;

  void flush() {
    const std::size_t frames = held_.size() / width_;
    std::vector<std::size_t> start(shape_.size(), 0);
    std::vector<std::size_t> count = shape_;
    start[frame_axis_] = written_;
    count[frame_axis_] = frames;
    if (frame_axis_ != 0 && width_ > 1) transpose(frames);
    file_->part(path_, kType, held_.data(), start, count);
    written_ += frames;
    held_.clear();
  }

  // From frame by frame to value by value.
  void transpose(std::size_t frames) {
    std::vector<Value> turned(held_.size());
    for (std::size_t i = 0; i < frames; ++i) {
      for (std::size_t k = 0; k < width_; ++k) turned[k * frames + i] = held_[i * width_ + k];
    }
    held_.swap(turned);
  }

  Hdf5File* file_;
  std::string path_;
  std::vector<std::size_t> shape_;
  std::size_t frame_axis_;
  std::size_t width_ = 1;  // values of one frame
  std::size_t written_ = 0;
  std::vector<Value> held_;
};

}  // namespace eyelid::exports
