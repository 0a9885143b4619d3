// SPDX-License-Identifier: MIT
#include "eyelid/gpu/batch_runner.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "eyelid/core/error.hpp"

namespace eyelid::gpu {
namespace {

/// What all fake devices of a test saw, in order.
struct Log {
  std::vector<int> submitted;  // number of the first frame of each batch
  int in_flight = 0;
  int most_in_flight = 0;
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
    if (++submits == fail_submit) throw DeviceError("fake: launch failed");
    s.is_busy = true;
    s.count = count;
    log_.submitted.push_back(s.pixels[0]);
    log_.most_in_flight = std::max(log_.most_in_flight, ++log_.in_flight);
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
  double network_ms(int, int) override { return 0.0; }

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

/// Frames 0, 1, ... whose pixels are their number; larger from `larger_from` on.
struct Source {
  int count;
  int larger_from = 1 << 20;
  int next = 0;
  GreyImage image;

  std::optional<NumberedFrame> operator()() {
    if (next == count) return std::nullopt;
    const int side = next >= larger_from ? 9 : 6;
    image.resize(side, 4);
    for (int y = 0; y < 4; y++) {
      std::fill_n(image.row(y), side, static_cast<std::uint8_t>(next));
    }
    const NumberedFrame frame{image, 1000 + next, 0.5 * next};
    next++;
    return frame;
  }
};

/// Runs `count` frames and expects each once, in order.
void expect_all(BatchRunner& runner, int count, int larger_from = 1 << 20) {
  Source source{count, larger_from, 0, {}};
  int delivered = 0;
  runner.run(std::ref(source), [&](const MeasuredFrame& frame) {
    ASSERT_EQ(frame.index, 1000 + delivered);
    ASSERT_EQ(frame.time_s, 0.5 * delivered);
    ASSERT_EQ(frame.record->subject, delivered & 255);
    ASSERT_EQ(frame.record->face_count, delivered & 255);
    delivered++;
  });
  EXPECT_EQ(delivered, count);
  EXPECT_EQ(runner.times().frames, count);
}

TEST(BatchRunner, DeliversEveryFrameOnceInOrder) {
  for (const int slots : {1, 2, 3}) {
    for (const int batch : {1, 4, 7}) {
      for (const int frames : {0, 1, 4, 27, 28, 100}) {
        Log log;
        FakeDevice device(log, slots, batch);
        BatchRunner runner({&device});
        expect_all(runner, frames);
        EXPECT_EQ(log.in_flight, 0);
        EXPECT_LE(log.most_in_flight, slots);
        EXPECT_EQ(runner.times().batches, (frames + batch - 1) / batch);
      }
    }
  }
}

TEST(BatchRunner, SeveralDevicesTakeTurnsInTheOrderOfTheFrames) {
  Log log;
  FakeDevice first(log, 2, 3), second(log, 3, 3);
  BatchRunner runner({&first, &second});
  expect_all(runner, 30);
  EXPECT_EQ(log.submitted, (std::vector<int>{0, 3, 6, 9, 12, 15, 18, 21, 24, 27}));
  EXPECT_EQ(first.submits, 5);
  EXPECT_EQ(second.submits, 5);
  EXPECT_EQ(log.most_in_flight, 4);  // as many slots as the smaller device has, of each
}

TEST(BatchRunner, AChangeOfFrameSizeWaitsForAllAndPreparesAnew) {
  Log log;
  FakeDevice device(log, 3, 4);
  BatchRunner runner({&device});
  expect_all(runner, 30, 13);
  EXPECT_EQ(device.prepared, 2);
  expect_all(runner, 10, 0);  // still the larger size
  EXPECT_EQ(device.prepared, 2);
}

TEST(BatchRunner, AllocatesOnlyWhenPrepared) {
  Log log;
  FakeDevice device(log, 3, 4);
  BatchRunner runner({&device});
  expect_all(runner, 100);
  expect_all(runner, 100);
  EXPECT_EQ(device.prepared, 1);
  EXPECT_EQ(device.addresses.size(), 3u);
}

TEST(BatchRunner, ErrorsEndTheRunAndLeaveNothingInFlight) {
  const auto ignore = [](const MeasuredFrame&) {};
  for (const int failing : {1, 2, 5}) {
    for (const bool in_wait : {false, true}) {
      Log log;
      FakeDevice device(log, 3, 4);
      (in_wait ? device.fail_wait : device.fail_submit) = failing;
      BatchRunner runner({&device});
      Source source{100, 1 << 20, 0, {}};
      EXPECT_THROW(runner.run(std::ref(source), ignore), DeviceError);
      EXPECT_EQ(log.in_flight, 0);
      expect_all(runner, 50);  // and is good for another run
    }
  }
  Log log;
  FakeDevice device(log, 3, 4);
  BatchRunner runner({&device});
  Source source{100, 1 << 20, 0, {}};
  EXPECT_THROW(runner.run(
                   [&]() -> std::optional<NumberedFrame> {
                     if (source.next == 21) throw InputError("the file ends here");
                     return source();
                   },
                   ignore),
               InputError);
  EXPECT_EQ(log.in_flight, 0);
  source.next = 0;
  EXPECT_THROW(runner.run(std::ref(source),
                          [](const MeasuredFrame& frame) {
                            if (frame.index == 1009) throw InputError("disk full");
                          }),
               InputError);
  EXPECT_EQ(log.in_flight, 0);
  device.fail_prepare = true;
  source = Source{9, 0, 0, {}};
  EXPECT_THROW(runner.run(std::ref(source), ignore), DeviceError);
  device.fail_prepare = false;
  expect_all(runner, 12);
}

}  // namespace
}  // namespace eyelid::gpu
