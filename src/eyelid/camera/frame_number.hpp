// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstdint>

namespace eyelid::camera {

/// V4L2's 32 bits that wrap to 0 -> a count without wrap.
class SequenceNumber {
 public:
  std::uint64_t unwrapped(std::uint32_t sequence) {
    if (!has_last_) {
      has_last_ = true;
      number_ = sequence;
    } else {
      const std::uint32_t step = sequence - last_;
      // A driver that does not count, or begins anew, says nothing about losses.
      const bool is_told = step != 0 && step < 0x80000000u;
      number_ += is_told ? step : 1u;
    }
    last_ = sequence;
    return number_;
  }

 private:
  bool has_last_ = false;
  std::uint32_t last_ = 0;
  std::uint64_t number_ = 0;
};

/// GenICam's block ids -> a count without wrap. GigE Vision counts in 16 bits from 1 to 65535 and
/// leaves out 0; USB3 Vision and extended ids in 64 bits. A number below the latest is a frame that
/// came late.
class BlockNumber {
 public:
  std::uint64_t unwrapped(std::uint64_t id) {
    constexpr std::int64_t kCycle = 65535;
    if (!has_last_) {
      has_last_ = true;
      number_ = id;
    } else {
      auto step = static_cast<std::int64_t>(id - last_);
      if (id <= kCycle && last_ <= kCycle) {
        if (step < -kCycle / 2) step += kCycle;
        if (step > kCycle / 2 && number_ > kCycle) step -= kCycle;  // from before the wrap
      }
      number_ += static_cast<std::uint64_t>(step);
    }
    last_ = id;
    latest_ = std::max(latest_, number_);
    guessed_ = 0;
    return number_;
  }
  /// Of a frame without id, once one with id came: the next, since frames are handed over in order.
  std::uint64_t guessed() { return latest_ + ++guessed_; }
  bool has_begun() const { return has_last_; }

 private:
  bool has_last_ = false;
  std::uint64_t last_ = 0;
  std::uint64_t number_ = 0;
  std::uint64_t latest_ = 0;
  std::uint64_t guessed_ = 0;  // since the last id
};

}  // namespace eyelid::camera
