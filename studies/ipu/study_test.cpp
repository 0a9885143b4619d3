// SPDX-License-Identifier: MIT
#include "studies/ipu/study.hpp"

#include <gtest/gtest.h>

#include "studies/ipu/device_program.hpp"

namespace eyelid::ipu {
namespace {

const Network& network() {
  static const Network network = blazeface_network(networks::embedded_blazeface());
  return network;
}

StreamOptions options_with(int io_tiles) {
  StreamOptions options;
  options.num_io_tiles = io_tiles;
  options.bytes = options.study_bytes = stream_bytes(network(), 4, 4);
  return options;
}

TEST(IoTiles, HoldTheBatchesThatTheirMemoryAllows) {
  EXPECT_EQ(stream_bytes(network(), 4, 4).input, 196608.0);
  EXPECT_EQ(stream_bytes(network(), 4, 4).output, 60928.0);
  EXPECT_EQ(io_tile_batch_limit(chip("mk1"), options_with(32)), 29);
  EXPECT_EQ(io_tile_batch_limit(chip("mk1"), options_with(64)), 58);
  EXPECT_EQ(io_tile_batch_limit(chip("mk2"), options_with(32)), 71);
  EXPECT_EQ(io_tile_batch_limit(chip("mk2"), options_with(64)), 142);
}

TEST(DeviceMemory, EndsWhereTheStudyEnded) {
  const auto fits = [](const char* name, int batch) {
    return compile(chip(name), network(), {batch, Precision::F32, 0}).fits_memory;
  };
  EXPECT_TRUE(fits("mk1", 32));
  EXPECT_FALSE(fits("mk1", 64));
  EXPECT_TRUE(fits("mk2", 128));
  EXPECT_FALSE(fits("mk2", 256));
}

TEST(EventModel, WithoutOverlapEverythingIsInSeries) {
  const Chip mk2 = chip("mk2");
  const HostConstants host = host_constants("mk2");
  StreamOptions options = options_with(0);
  options.batch = 16;
  const double device_ms = 0.25;
  const double link_ms =
      16 * (options.bytes.input + options.bytes.output) / mk2.host_bytes_per_second * 1e3;
  const StreamRun run = run_streams(mk2, host, options, device_ms);
  EXPECT_NEAR(run.step_ms, host.call_ms + 16 * host.image_ms + device_ms + link_ms, 1e-9);
  EXPECT_NEAR(run.latency_ms, run.step_ms, 1e-9);
}

TEST(EventModel, EachKnobHelpsWhereItShould) {
  const Chip mk2 = chip("mk2");
  const HostConstants host = host_constants("mk2");
  const auto step = [&](int io_tiles, int depth, bool async, int steps) {
    StreamOptions options = options_with(io_tiles);
    options.batch = 64;
    options.prefetch_depth = depth;
    options.asynchronous_callbacks = async;
    options.steps_per_execution = steps;
    return run_streams(mk2, host, options, 0.6).step_ms;
  };
  const double plain = step(0, 3, false, 1);
  EXPECT_LT(step(64, 3, false, 1), plain);
  EXPECT_LT(step(64, 2, true, 1), step(64, 2, false, 1));
  EXPECT_LT(step(64, 2, true, 1), step(64, 1, true, 1)) << "a single buffer is not refilled ahead";
  EXPECT_LT(step(0, 3, false, 64), plain);
  EXPECT_LT(step(64, 2, true, 64), step(64, 2, true, 1));
  EXPECT_DOUBLE_EQ(step(16, 3, false, 1), plain) << "dropped: they hold 35 images";
}

TEST(EventModel, NothingHappensBeforeWhatItNeeds) {
  StreamOptions options = options_with(64);
  options.batch = 32;
  options.asynchronous_callbacks = true;
  options.steps_per_execution = 4;
  const StreamRun run = run_streams(chip("mk1"), host_constants("mk1"), options, 0.4);
  ASSERT_FALSE(run.activities.empty());
  for (const Activity& a : run.activities) {
    EXPECT_LE(a.begin_ms, a.end_ms);
    for (const Activity& b : run.activities) {
      if (&a == &b || a.lane != b.lane || b.begin_ms < a.begin_ms) continue;
      EXPECT_GE(b.begin_ms, a.end_ms - 1e-9) << a.lane << " does one thing at a time";
    }
  }
}

TEST(StudyTables, AreMetByTheHostModelAndMostlyMeasureTheHost) {
  std::vector<StudyPoint> points = study_points();
  ASSERT_EQ(points.size(), 34u);
  add_device_times(network(), points, [](std::size_t) {});
  for (const StudyPoint& point : points) {
    EXPECT_LT(point.device_ms / point.step_ms, point.is_overlapped() ? 0.15 : 0.07) << point.batch;
  }
  const StudyCheck check = check_study(network(), points);
  EXPECT_LE(check.mape, 0.05);
  EXPECT_LE(check.leave_one_out_mape, 0.06);
  EXPECT_LE(check.overlapped_max, 0.10);
  EXPECT_GT(check.extrapolation_mape, check.mape) << "reported, not hidden";
  // What the program carries is what the fit gives.
  for (const auto& [fitted, carried] : {std::pair{check.constants.mk1, host_constants("mk1")},
                                        std::pair{check.constants.mk2, host_constants("mk2")}}) {
    EXPECT_NEAR(fitted.call_ms, carried.call_ms, 0.01);
    EXPECT_NEAR(fitted.io_tiles_call_saving_ms, carried.io_tiles_call_saving_ms, 0.01);
    EXPECT_NEAR(fitted.image_ms, carried.image_ms, 0.001);
    EXPECT_NEAR(fitted.infeed_copy_ms, carried.infeed_copy_ms, 0.001);
    EXPECT_NEAR(fitted.call_image_ms, carried.call_image_ms, 0.001);
  }
}

}  // namespace
}  // namespace eyelid::ipu
