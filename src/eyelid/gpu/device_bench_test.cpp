// SPDX-License-Identifier: MIT
#include "eyelid/gpu/device_bench.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "eyelid/gpu/device_testing.hpp"

namespace eyelid::gpu {
namespace {

/// A bench on fake devices: a batch uploads in 1 ms, computes in 2, downloads in 3; 5 J each time.
struct FakeBench {
  explicit FakeBench(int min_images)
      : bench(
            [this](const FrameDeviceOptions& options) {
              seen.push_back(options);
              return std::make_unique<FakeDevice>(log, options.slots, options.batch_frames);
            },
            {},
            frames,
            [this] {
              measured++;
              return [] { return std::optional<double>(5.0); };
            },
            {min_images, 0.0}) {}

  Log log;
  std::vector<FrameDeviceOptions> seen;
  std::vector<GrayImage> frames = three_frames();
  int measured = 0;
  DeviceBench bench;

  static std::vector<GrayImage> three_frames() {
    std::vector<GrayImage> frames;
    for (int i = 0; i < 3; i++) {
      frames.emplace_back(8, 6);
      for (int y = 0; y < 6; y++) std::fill_n(frames.back().row(y), 8, std::uint8_t{7});
    }
    return frames;
  }
};

void expect_parts(const DeviceFigures& figures) {
  EXPECT_EQ(figures.upload_ms, 1.0);
  EXPECT_EQ(figures.device_ms, 2.0);
  EXPECT_EQ(figures.download_ms, 3.0);
  ASSERT_TRUE(figures.host_ms.has_value());
  EXPECT_GT(*figures.host_ms, 0.0);
}
void expect_rate(const DeviceFigures& figures) {
  EXPECT_NEAR(figures.images_per_s * figures.run_time_s,
              static_cast<double>(figures.images),
              1e-6 * static_cast<double>(figures.images));
  EXPECT_EQ(figures.joules, 5.0);
}

TEST(DeviceBench, TheNetworkAloneIsTimedOnTheDevice) {
  FakeBench fake(100);
  const DeviceFigures figures = fake.bench.resident(16);
  EXPECT_EQ(figures.stage, "detector_resident");
  EXPECT_EQ(figures.images, 96);  // 100 / 16 whole batches
  EXPECT_NEAR(*figures.device_ms, 0.016, 1e-12);
  EXPECT_NEAR(figures.images_per_s, 1e6, 1e-3);
  EXPECT_FALSE(figures.upload_ms.has_value());
  expect_rate(figures);
}

TEST(DeviceBench, OverlappedBatchesKeepThreeInFlightAndLeaveNone) {
  for (const int batch : {1, 5, 64}) {
    FakeBench fake(200);
    const DeviceFigures figures = fake.bench.overlapped(DeviceBench::Work::WholeFrame, batch);
    EXPECT_EQ(figures.stage, "whole_frame_uploaded");
    EXPECT_EQ(figures.images, std::max(3, (200 + batch - 1) / batch) * batch);
    EXPECT_EQ(fake.log.in_flight, 0);
    EXPECT_EQ(fake.log.max_in_flight, 3);
    expect_parts(figures);
    expect_rate(figures);
    // The parts come from a device of one slot with times, the rate from one without.
    ASSERT_EQ(fake.seen.size(), 2u);
    EXPECT_TRUE(fake.seen[0].wants_times && fake.seen[0].slots == 1);
    EXPECT_TRUE(!fake.seen[1].wants_times && fake.seen[1].slots == 3);
    EXPECT_FALSE(fake.seen[1].wants_faces_only);
  }
}

TEST(DeviceBench, FacesAloneLeaveTheEyesOut) {
  FakeBench fake(20);
  EXPECT_EQ(fake.bench.overlapped(DeviceBench::Work::Faces, 4).stage, "detector");
  for (const auto& options : fake.seen) {
    EXPECT_TRUE(options.wants_faces && options.wants_faces_only);
  }
}

TEST(DeviceBench, LatencyTimesEveryCallOneAtATime) {
  FakeBench fake(30);
  const DeviceFigures figures = fake.bench.latency(DeviceBench::Work::Faces, 2);
  EXPECT_EQ(figures.stage, "detector_latency");
  EXPECT_EQ(figures.call_ms.size(), 20u);  // at least
  EXPECT_EQ(figures.images, 40);
  EXPECT_EQ(fake.log.max_in_flight, 1);
  for (const double ms : figures.call_ms) EXPECT_GT(ms, 0.0);
  expect_parts(figures);
  expect_rate(figures);
}

TEST(DeviceBench, ARecordingGoesThroughTheRunner) {
  FakeBench fake(50);
  const DeviceFigures figures = fake.bench.recording(4);
  EXPECT_EQ(figures.stage, "whole_frame");
  EXPECT_EQ(figures.images, 52);  // whole batches
  EXPECT_EQ(fake.log.in_flight, 0);
  EXPECT_EQ(fake.measured, 1);
  EXPECT_TRUE(figures.host_ms.has_value());
  EXPECT_FALSE(figures.device_ms.has_value());
  expect_rate(figures);
}

}  // namespace
}  // namespace eyelid::gpu
