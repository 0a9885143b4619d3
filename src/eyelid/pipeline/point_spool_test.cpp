// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/point_spool.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "eyelid/core/error.hpp"
#include "temporary_folder.hpp"

namespace eyelid::pipeline {
namespace {

TEST(PointSpool, GivesBackEveryFrameAndLeavesNoFile) {
  const testing::TemporaryFolder folder;
  PointSpool spool(folder.path());
  for (int frame = 0; frame < 1000; ++frame) {
    FrameMeasurement measurement;
    measurement.frame = frame;
    if (frame % 3 != 0) {
      measurement.is_trustworthy = true;
      measurement.eyes.emplace();
      measurement.eyes->left[2] = {static_cast<float>(frame), 7.0f};
      measurement.face = FaceBox{{1, 2, 3, static_cast<float>(frame)}, 0.5f, {}};
    }
    spool.append(measurement);
  }
  EXPECT_EQ(spool.size(), 1000);
  EXPECT_FALSE(spool.read(999).has_eyes);
  EXPECT_TRUE(spool.read(500).has_eyes);
  EXPECT_EQ(spool.read(500).eyes.left[2].x, 500.0f);
  EXPECT_EQ(spool.read(500).face.height, 500.0f);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(PointSpool, AnAbsentFolderIsAnInputError) {
  EXPECT_THROW(PointSpool("/nonexistent/folder"), InputError);
}

}  // namespace
}  // namespace eyelid::pipeline
