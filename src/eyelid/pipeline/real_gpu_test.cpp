// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/gpu_tracker_testing.hpp"

namespace eyelid::pipeline {
namespace {

/// The tests of gpu_tracker_test.cpp on the GPU itself.
class RealGpu : public ::testing::Test {
 protected:
  void SetUp() override {
    const gpu::CudaDevices found = gpu::find_cuda_devices();
    if (found.names.empty()) GTEST_SKIP() << found.why_none;
  }
  static std::vector<FrameMeasurement> measure(const std::vector<GrayImage>& frames,
                                               gpu::FrameDeviceOptions options) {
    std::vector<std::unique_ptr<gpu::FrameDevice>> devices;
    devices.push_back(
        gpu::make_cuda_device(0, gpu::models_with(gpu::embedded_detector()), options));
    return on_devices(std::move(devices), frames);
  }
};

TEST_F(RealGpu, SinglePrecisionMeasuresWhatTheCpuMeasures) {
  const auto frames = session_frames(40);
  for (const bool wants_points : {false, true}) {
    auto options = device_options(Precision::F32, wants_points);
    const Differences d = compare(on_cpu(frames, wants_points), measure(frames, options));
    record(d);
    EXPECT_LT(d.box_px, 1e-2f);
    EXPECT_LE(d.ear, kSingleEar);
    options.slots = 1;  // one graph per batch: the same bits as without
    const Differences graph =
        compare(measure(frames, device_options(options.measure.precision, wants_points)),
                measure(frames, options));
    EXPECT_EQ(graph.box_px, 0.0f);
    EXPECT_EQ(graph.ear, 0.0f);
  }
}

TEST_F(RealGpu, HalfPrecisionIsWithinHalfAPixel) {
  const auto frames = session_frames(40);
  const auto expected = on_cpu(frames, false);
  for (const int batch : {1, 8, 40}) {  // few images: several blocks each; many: persistent blocks
    auto options = device_options(Precision::F16, false);
    options.batch_frames = batch;
    const Differences d = compare(expected, measure(frames, options));
    record(d);
    EXPECT_LT(d.box_px, 0.5f);
    EXPECT_LT(d.ear_rms(), 2.0f * kHalfEar);  // single frames lie further off, see below on FEC
  }
}

// Small, for compute-sanitizer: every kernel, several batches in flight, groups, 68 points.
TEST_F(RealGpu, GivesTheNumbersOfTheEmulation) {
  const auto frames = session_frames(5);
  for (const Precision precision : {Precision::F32, Precision::F16}) {
    const auto emulation = on_devices(emulated(precision, true, 1, ThreadOrder::Forward), frames);
    const Differences d = compare(emulation, measure(frames, device_options(precision, true)));
    EXPECT_GE(d.trustworthy, 3);
    EXPECT_LT(d.box_px, precision == Precision::F16 ? 0.1f : 1e-3f);
    if (precision == Precision::F32) {
      EXPECT_LE(d.ear, kSingleEar);
    }
  }
}

TEST_F(RealGpu, FollowsAFaceBetweenDetectionsAsTheCpu) {
  const auto frames = session_frames(24);
  auto options = device_options(Precision::F32, false);
  options.measure.detect_every = 4;
  options.batch_frames = 8;
  const Differences d = compare(on_cpu(frames, false, 4), measure(frames, options));
  EXPECT_GE(d.trustworthy, 20);
  EXPECT_LT(d.box_px, 1e-2f);
  EXPECT_LE(d.ear, kSingleEar);
}

TEST_F(RealGpu, FecIsThatOfTheCpu) {
  const auto frames = frames_round_a_blink(150, 1);
  const auto expected = closure_of(on_cpu(frames, false));
  for (const Precision precision : {Precision::F32, Precision::F16}) {
    const auto found = closure_of(measure(frames, device_options(precision, false)));
    const FecDifferences d = differences_of(expected, found);
    RecordProperty(precision == Precision::F16 ? "fec_half" : "fec_single",
                   std::to_string(d.largest));
    if (precision == Precision::F32) {
      EXPECT_LE(d.largest, 1e-3f);
    } else {
      EXPECT_LT(d.rms, 0.03f);
    }
  }
}

}  // namespace
}  // namespace eyelid::pipeline
