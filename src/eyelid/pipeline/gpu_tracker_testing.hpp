// SPDX-License-Identifier: MIT
#pragma once

#include <gtest/gtest.h>

#include <cmath>

#include "eyelid/closure/closure_analysis.hpp"
#include "eyelid/closure/trace_testing.hpp"
#include "eyelid/detection/blazeface_face_detector.hpp"
#include "eyelid/detection/box_decoding.hpp"
#include "eyelid/gpu/emulated_device_testing.hpp"
#include "eyelid/gpu/gpu_testing.hpp"
#include "eyelid/landmarks/embedded_landmark_models_testing.hpp"
#include "eyelid/pipeline/frames_in_memory_testing.hpp"
#include "eyelid/pipeline/gpu_tracker.hpp"
#include "eyelid/pipeline/tracker.hpp"
#include "eyelid/synthesis/session_renderer.hpp"

/// What the tests share that hold a GPU, or its emulation, against the CPU.
namespace eyelid::pipeline {

using compute::Precision;
using kernels::gpu::ThreadOrder;

/// Of a rendered session, spread over its course; the last one shows no face.
inline std::vector<GrayImage> session_frames(int count) {
  const synthesis::SessionRenderer renderer(synthesis::SessionOptions{});
  std::vector<GrayImage> frames(static_cast<std::size_t>(count));
  for (int i = 0; i + 1 < count; i++) {
    renderer.render(i * renderer.frame_count() / count, frames[static_cast<std::size_t>(i)]);
  }
  frames.back() = GrayImage(frames[0].width(), frames[0].height());
  for (int y = 0; y < frames[0].height(); y++) {
    std::fill_n(frames.back().row(y), frames[0].width(), std::uint8_t{90});
  }
  return frames;
}

inline gpu::FrameDeviceOptions device_options(Precision precision, bool wants_points) {
  gpu::FrameDeviceOptions options;
  options.measure = {
      precision, detection::logit_of(0.5f), detection::kSuppressionIou, wants_points, 1};
  options.batch_frames = 3;
  options.slots = 2;
  return options;
}

inline std::vector<FrameMeasurement> on_cpu(const std::vector<GrayImage>& images,
                                            bool wants_points,
                                            int detect_every = 1) {
  TrackerOptions options;
  options.detect_every = detect_every;
  options.points = wants_points ? landmarks::PointCount::SixtyEight : landmarks::PointCount::Twelve;
  Tracker tracker(detection::make_blazeface_detector(gpu::embedded_detector()),
                  landmarks::embedded_landmark_models(),
                  options);
  std::vector<FrameMeasurement> result;
  FramesInMemory source(images);
  tracker.run(source, [&](const FrameMeasurement& m) { result.push_back(m); });
  return result;
}

inline std::vector<FrameMeasurement> on_devices(
    std::vector<std::unique_ptr<gpu::FrameDevice>> devices, const std::vector<GrayImage>& images) {
  GpuTracker tracker(std::move(devices));
  std::vector<FrameMeasurement> result;
  FramesInMemory source(images);
  tracker.run(source, [&](const FrameMeasurement& m) { result.push_back(m); });
  return result;
}

/// Largest differences of two series of measurements, which must agree on what is there.
struct Differences {
  float box_px = 0.0f;
  float point_px = 0.0f;
  float ear = 0.0f;
  float ear_squares = 0.0f;  // sum over both eyes of the trustworthy frames
  int trustworthy = 0;

  float ear_rms() const {
    return std::sqrt(ear_squares / static_cast<float>(std::max(1, 2 * trustworthy)));
  }
};
inline void add(float a, float b, float& largest) { largest = std::max(largest, std::fabs(a - b)); }

inline Differences compare(const std::vector<FrameMeasurement>& expected,
                           const std::vector<FrameMeasurement>& found) {
  Differences d;
  EXPECT_EQ(expected.size(), found.size());
  for (std::size_t i = 0; i < std::min(expected.size(), found.size()); i++) {
    const FrameMeasurement &e = expected[i], &f = found[i];
    EXPECT_EQ(e.frame, f.frame);
    EXPECT_EQ(e.time_s, f.time_s);
    EXPECT_EQ(e.is_suspect, f.is_suspect);
    EXPECT_EQ(e.face.has_value(), f.face.has_value()) << "frame " << i;
    EXPECT_EQ(e.trusted_eyes.right, f.trusted_eyes.right) << "frame " << i;
    EXPECT_EQ(e.trusted_eyes.left, f.trusted_eyes.left) << "frame " << i;
    EXPECT_EQ(e.face_points.has_value(), f.face_points.has_value()) << "frame " << i;
    if (!e.face || !f.face) continue;
    add(e.face->box.x, f.face->box.x, d.box_px);
    add(e.face->box.y, f.face->box.y, d.box_px);
    add(e.face->box.right(), f.face->box.right(), d.box_px);
    add(e.face->box.bottom(), f.face->box.bottom(), d.box_px);
    for (std::size_t p = 0; p < 6; p++) {
      add(e.eyes->right[p].x, f.eyes->right[p].x, d.point_px);
      add(e.eyes->left[p].y, f.eyes->left[p].y, d.point_px);
    }
    if (e.face_points && f.face_points) {
      for (std::size_t p = 0; p < 68; p++) {
        add((*e.face_points)[p].x, (*f.face_points)[p].x, d.point_px);
        add((*e.face_points)[p].y, (*f.face_points)[p].y, d.point_px);
      }
    }
    const auto has_both = [](const FrameMeasurement& m) {
      return m.trusted_eyes.right && m.trusted_eyes.left;
    };
    if (!has_both(e) || !has_both(f)) continue;
    d.trustworthy++;
    add(e.ear.right, f.ear.right, d.ear);
    add(e.ear.left, f.ear.left, d.ear);
    d.ear_squares += (e.ear.right - f.ear.right) * (e.ear.right - f.ear.right) +
                     (e.ear.left - f.ear.left) * (e.ear.left - f.ear.left);
  }
  return d;
}

inline void record(const Differences& d) {
  ::testing::Test::RecordProperty("box_px", std::to_string(d.box_px));
  ::testing::Test::RecordProperty("point_px", std::to_string(d.point_px));
  ::testing::Test::RecordProperty("ear", std::to_string(d.ear));
}

inline std::vector<std::unique_ptr<gpu::FrameDevice>> emulated(Precision precision,
                                                               bool wants_points,
                                                               int count,
                                                               ThreadOrder order) {
  const auto models = gpu::models_with(gpu::embedded_detector());
  std::vector<std::unique_ptr<gpu::FrameDevice>> devices;
  for (int i = 0; i < count; i++) {
    devices.push_back(std::make_unique<gpu::EmulatedDevice>(
        models, device_options(precision, wants_points), gpu::EmulatedLaunch{order}));
  }
  return devices;
}

// Largest difference from the CPU in eye aspect ratio, from the frame on (docs/gpu.md).
inline constexpr float kSingleEar = 1e-3f;
inline constexpr float kHalfEar = 0.01f;

/// FEC of both eyes, frame by frame, of a piece of a recording with the levels of the whole.
inline std::vector<EyelidSample> closure_of(const std::vector<FrameMeasurement>& measurements) {
  closure::TraceSpool trace(std::filesystem::temp_directory_path());
  for (const FrameMeasurement& m : measurements) trace.append(closure::closure_input(m));
  closure::ClosureOptions options;
  options.calibration.emplace();
  options.calibration->levels.right = options.calibration->levels.left = {0.30f, 0.05f};
  std::vector<EyelidSample> samples;
  closure::analyze_closure(
      trace, options, [&](const EyelidSample& s) { samples.push_back(s); }, [](const Blink&) {});
  return samples;
}

/// Frames at 500 per second round the deepest closure of the session, every `step`-th.
inline std::vector<GrayImage> frames_round_a_blink(int count, int step) {
  const synthesis::SessionRenderer renderer(synthesis::SessionOptions{});
  std::int64_t deepest = 0;
  float most = -1.0f;
  for (std::int64_t i = count * step; i + count * step < renderer.frame_count(); i++) {
    const auto truth = renderer.truth(i);
    if (truth.fec.right > most) {
      most = truth.fec.right;
      deepest = i;
    }
  }
  std::vector<GrayImage> frames(static_cast<std::size_t>(count));
  for (int i = 0; i < count; i++) {
    renderer.render(deepest + (i - count / 2) * step, frames[static_cast<std::size_t>(i)]);
  }
  return frames;
}

/// Of two runs over the same frames, both eyes.
struct FecDifferences {
  float largest = 0.0f;
  float rms = 0.0f;
};
inline FecDifferences differences_of(const std::vector<EyelidSample>& expected,
                                     const std::vector<EyelidSample>& found) {
  EXPECT_EQ(expected.size(), found.size());
  FecDifferences d;
  float lowest = 1.0f, highest = 0.0f, squares = 0.0f;
  int count = 0;
  for (std::size_t i = 0; i < std::min(expected.size(), found.size()); i++) {
    EXPECT_EQ(expected[i].is_valid, found[i].is_valid) << i;
    if (!expected[i].is_valid || !found[i].is_valid) continue;
    for (const float difference :
         {expected[i].fec.right - found[i].fec.right, expected[i].fec.left - found[i].fec.left}) {
      d.largest = std::max(d.largest, std::fabs(difference));
      squares += difference * difference;
      count++;
    }
    lowest = std::min(lowest, expected[i].fec.right);
    highest = std::max(highest, expected[i].fec.right);
  }
  EXPECT_LT(lowest, 0.2f) << "the piece must show an open eye";
  EXPECT_GT(highest, 0.8f) << "and a shut one";
  d.rms = std::sqrt(squares / static_cast<float>(std::max(1, count)));
  ::testing::Test::RecordProperty("fec_largest", std::to_string(d.largest));
  ::testing::Test::RecordProperty("fec_rms", std::to_string(d.rms));
  return d;
}

}  // namespace eyelid::pipeline
