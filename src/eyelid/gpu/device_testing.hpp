// SPDX-License-Identifier: MIT
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <set>
#include <vector>

#include "eyelid/core/error.hpp"
#include "eyelid/gpu/frame_device.hpp"

/// A device that computes nothing and checks how it is used, for tests of the host's side.
namespace eyelid::gpu {

/// What all fake devices of a test saw, in order.
struct Log {
  std::vector<int> submitted;  // number of the first frame of each batch
  int in_flight = 0;
  int max_in_flight = 0;
  bool keeps_order = true;
};

class FakeChain final : public SelectionChain {
 public:
  void reset() override { resets++; }
  int resets = 0;
};

/// Computes nothing: the record carries the first pixel of its frame. Checks the protocol.
class FakeDevice final : public FrameDevice {
 public:
  FakeDevice(Log& log, int slots, int batch)
      : log_(log), batch_(batch), slots_(static_cast<std::size_t>(slots)) {}

  std::string_view name() const override { return "fake"; }
  int slot_count() const override { return static_cast<int>(slots_.size()); }
  int batch_frames() const override { return batch_; }
  void prepare(int width, int height) override {
    if (fail_prepare) throw DeviceError("fake: out of memory");
    EXPECT_EQ(log_.in_flight, 0) << "prepared while batches are in flight";
    prepared++;
    row_bytes_ = width + 3;
    frame_bytes_ = static_cast<std::size_t>(row_bytes_ * height);
    for (Slot& slot : slots_) {
      slot.pixels.assign(frame_bytes_ * static_cast<std::size_t>(batch_), 0xee);
      slot.records.resize(static_cast<std::size_t>(batch_));
      addresses.insert(slot.pixels.data());
    }
  }
  std::uint8_t* frame(int slot, int i) override {
    Slot& s = slots_.at(static_cast<std::size_t>(slot));
    EXPECT_FALSE(s.is_busy) << "written while in flight";
    EXPECT_LT(i, batch_);
    return s.pixels.data() + static_cast<std::size_t>(i) * frame_bytes_;
  }
  int row_bytes() const override { return row_bytes_; }
  std::unique_ptr<SelectionChain> make_chain() override { return std::make_unique<FakeChain>(); }
  void submit(int slot, int count, SelectionChain&) override {
    Slot& s = slots_.at(static_cast<std::size_t>(slot));
    EXPECT_FALSE(s.is_busy) << "submitted twice";
    EXPECT_TRUE(count > 0 && count <= batch_);
    if (++submits == fail_submit) throw DeviceError("fake: launch failed");
    s.is_busy = true;
    s.count = count;
    if (log_.keeps_order) log_.submitted.push_back(s.pixels[0]);
    log_.max_in_flight = std::max(log_.max_in_flight, ++log_.in_flight);
  }
  BatchResults wait(int slot) override {
    Slot& s = slots_.at(static_cast<std::size_t>(slot));
    EXPECT_TRUE(s.is_busy) << "waited for nothing";
    s.is_busy = false;
    log_.in_flight--;
    if (++waits == fail_wait) throw DeviceError("fake: illegal address");
    for (int i = 0; i < s.count; i++) {
      FrameRecord& record = s.records[static_cast<std::size_t>(i)];
      record = {};
      record.subject = s.pixels[static_cast<std::size_t>(i) * frame_bytes_];
      // The last pixel of the last row must have arrived as well.
      record.face_count = s.pixels[static_cast<std::size_t>(i + 1) * frame_bytes_ - 4];
    }
    BatchResults results;
    results.records = {s.records.data(), static_cast<std::size_t>(s.count)};
    results.times = {1.0, 2.0, 3.0};
    return results;
  }
  BatchResults locate(int, std::span<const FaceRecord>) override { return {}; }
  /// A microsecond per image.
  double network_ms(int images, int repeats) override { return 1e-3 * images * repeats; }

  int fail_submit = 0, fail_wait = 0;
  bool fail_prepare = false;
  int submits = 0, waits = 0, prepared = 0;
  std::set<const std::uint8_t*> addresses;

 private:
  struct Slot {
    std::vector<std::uint8_t> pixels;
    std::vector<FrameRecord> records;
    bool is_busy = false;
    int count = 0;
  };
  Log& log_;
  int batch_;
  std::vector<Slot> slots_;
  int row_bytes_ = 0;
  std::size_t frame_bytes_ = 0;
};

}  // namespace eyelid::gpu
