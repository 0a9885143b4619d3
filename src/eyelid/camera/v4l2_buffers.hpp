// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "eyelid/camera/v4l2_device.hpp"

namespace eyelid::camera {

/// The device's buffers, mapped, each with a readable page behind it: drivers' buffers end at a
/// page, and a FrameView needs kImageSlack bytes more.
class V4l2Buffers {
 public:
  /// Throws InputError, where the device is in use by another program.
  V4l2Buffers(const V4l2Device& device, unsigned count);
  ~V4l2Buffers();
  V4l2Buffers(const V4l2Buffers&) = delete;
  V4l2Buffers& operator=(const V4l2Buffers&) = delete;

  std::size_t count() const { return mapped_.size(); }
  const std::uint8_t* bytes(std::size_t index) const { return mapped_[index].bytes; }
  std::size_t size(std::size_t index) const { return mapped_[index].size; }
  /// Whether the driver stamps frames on CLOCK_MONOTONIC.
  bool is_stamped() const { return is_stamped_; }

 private:
  struct Mapped {
    std::uint8_t* bytes;
    std::size_t size;      // of the buffer
    std::size_t reserved;  // of the mapping
  };
  void map(std::uint32_t index);
  void unmap_all();

  const V4l2Device& device_;
  std::vector<Mapped> mapped_;
  bool is_stamped_ = false;
};

}  // namespace eyelid::camera
