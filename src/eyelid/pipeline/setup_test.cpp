// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/setup.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace eyelid::pipeline {
namespace {

std::string option_of(const Setup& setup, const std::string& name) {
  for (const auto& [key, value] : setup.options) {
    if (key == name) return value;
  }
  return "absent";
}

bool has_model(const Setup& setup, const std::string& role) {
  return std::ranges::find(setup.identities, role, &ModelIdentity::role) != setup.identities.end();
}

TEST(SetupOfTracking, SaysWhichPrecisionAndWhy) {
  SetupRequest request;
  request.device = DeviceChoice::Cpu;
  const auto chosen = make_setup(request);
  EXPECT_EQ(option_of(chosen, "precision"), "f32");
  EXPECT_TRUE(option_of(chosen, "precision reason").starts_with("auto: "))
      << option_of(chosen, "precision reason");
  request.precision = compute::Precision::Int8;
  const auto requested = make_setup(request);
  EXPECT_EQ(option_of(requested, "precision"), "int8");
  EXPECT_EQ(option_of(requested, "precision reason"), "requested");
}

TEST(SetupOfTracking, ReadsTheModelOfTheFaceOnlyWhereItIsUsed) {
  SetupRequest request;
  request.device = DeviceChoice::Cpu;
  const auto twelve = make_setup(request);
  EXPECT_FALSE(twelve.models->face);
  EXPECT_FALSE(has_model(twelve, "landmarks 68 (face)"));
  request.landmarks = landmarks::PointCount::SixtyEight;
  const auto face = make_setup(request);
  EXPECT_TRUE(face.models->face);
  EXPECT_TRUE(has_model(face, "landmarks 68 (face)"));
}

// `track`, `live`, and its second look at the recording must agree.
TEST(SetupOfTracking, OnlyHogLooksForFainterFacesOfOneSubject) {
  SetupRequest request;
  EXPECT_FALSE(for_one_subject(request).score_threshold);
  request.detector = DetectorKind::Hog;
  EXPECT_EQ(for_one_subject(request).score_threshold, 0.35f);
  request.score_threshold = 0.6f;
  EXPECT_EQ(for_one_subject(request).score_threshold, 0.6f);
}

}  // namespace
}  // namespace eyelid::pipeline
