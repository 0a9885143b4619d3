// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/closure_session.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "eyelid/closure/trace_testing.hpp"
#include "refusal.hpp"
#include "temporary_folder.hpp"

namespace eyelid::pipeline {
namespace {

using testing::refusal_of;
using testing::TemporaryFolder;

/// A trace of 10 s at 500 frames/s with two blinks, and a gap.
ClosureRequest made_request(const std::filesystem::path& folder) {
  closure::MadeTrace made;
  made.blinks = {{.start_s = 3.0}, {.start_s = 7.0}};
  made.noise_ear = 0.002;
  ClosureRequest request;
  request.name = "ratios";
  request.folder = folder;
  for (const closure::ClosureInput& record : made.records()) {
    const bool is_lost = record.frame >= 2500 && record.frame < 2600;
    request.time_s.push_back(record.time_s);
    request.ear.right.push_back(is_lost ? kNotAvailable : record.ear.right);
    request.ear.left.push_back(is_lost ? kNotAvailable : record.ear.left);
  }
  return request;
}

TEST(ClosureSession, IsTheAnalysisOfTrack) {
  const TemporaryFolder folder;
  ClosureRequest request = made_request(folder / "out");
  std::vector<EyelidSample> rows;
  std::vector<Blink> blinks;
  request.observer.on_sample = [&](const EyelidSample& sample) { rows.push_back(sample); };
  request.observer.on_blink = [&](const Blink& blink) { blinks.push_back(blink); };
  const TrackedSession session = closure_session(request, [](std::int64_t) {});

  closure::TraceSpool trace(folder.path());
  for (std::size_t i = 0; i < request.time_s.size(); ++i) {
    trace.append({.frame = static_cast<std::int64_t>(i),
                  .time_s = request.time_s[i],
                  .ear = {request.ear.right[i], request.ear.left[i]},
                  .is_trustworthy = std::isfinite(request.ear.right[i])});
  }
  std::size_t row = 0;
  closure::analyze_closure(
      trace,
      {},
      [&](const EyelidSample& sample) {
        ASSERT_LT(row, rows.size());
        if (std::isfinite(sample.mean_fec)) {
          EXPECT_EQ(rows[row].mean_fec, sample.mean_fec);
        }
        EXPECT_EQ(rows[row++].is_valid, sample.is_valid);
      },
      [](const Blink&) {});
  EXPECT_EQ(rows.size(), 5000u);
  EXPECT_EQ(blinks.size(), 4u);
  EXPECT_EQ(session.summary.closure.blinks.right, 2);
  EXPECT_EQ(session.summary.closure.valid_frames, 4900);
  EXPECT_NEAR(session.summary.source.frames_per_second, 500.0, 1e-6);
}

TEST(ClosureSession, OneEyeIsMeasuredAlone) {
  const TemporaryFolder folder;
  ClosureRequest request = made_request(folder / "out");
  request.ear.right.clear();
  const TrackedSession session = closure_session(request, [](std::int64_t) {});
  EXPECT_EQ(session.summary.closure.blinks.left, 2);
  EXPECT_EQ(session.summary.closure.blinks.right, 0);
  EXPECT_TRUE(session.summary.closure.no_fec_reason.right.empty());
}

TEST(ClosureSession, IsRefusedWithASentence) {
  const TemporaryFolder folder;
  ClosureRequest request;
  request.name = "ratios";
  request.folder = folder / "out";
  const auto refusal = [&] {
    return refusal_of([&] { closure_session(request, [](std::int64_t) {}); });
  };
  EXPECT_EQ(refusal(), "ratios: no frame, expected at least one time");
  request.time_s = {0.0, 0.1};
  EXPECT_EQ(refusal(), "ratios: no aspect ratios, expected those of one eye or both");
  request.ear.left = {0.3f};
  EXPECT_EQ(refusal(), "ratios: 1 aspect ratios of the left eye for 2 times; expected one each");
  request.ear.left = {0.3f, 0.3f};
  request.time_s = {0.1, 0.1};
  EXPECT_NE(refusal(), "");
  EXPECT_FALSE(std::filesystem::exists(folder / "out"));
}

}  // namespace
}  // namespace eyelid::pipeline
