// SPDX-License-Identifier: MIT
#include "eyelid/video/picture_times.hpp"

#include <gtest/gtest.h>

namespace eyelid::video {
namespace {

using Names = std::vector<std::string>;
using Numbers = std::vector<std::int64_t>;

void expect_stamps(const Names& names, const std::vector<double>& stamps_s) {
  const std::vector<double> found = stamps_in_names(names);
  ASSERT_EQ(found.size(), stamps_s.size()) << names.front();
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], stamps_s[i], 1e-9);
}

TEST(PictureTimes, StampsInNames) {
  expect_stamps({"img_20260714_101530_990", "img_20260714_101530_994", "img_20260714_101531_002"},
                {0.0, 0.004, 0.012});
  expect_stamps({"2026-07-14T10-15-30.5", "2026-07-14T10-15-30.75"}, {0.0, 0.25});
  expect_stamps({"f_1784024130000000000", "f_1784024130002000000"}, {0.0, 0.002});  // ns
  expect_stamps({"1784024130000-cam1", "1784024130020-cam1"}, {0.0, 0.02});         // ms
  expect_stamps({"f_639197577300000000", "f_639197577300100000"}, {0.0, 0.01});     // .NET
  expect_stamps({"1784024130.25", "1784024130.5"}, {0.0, 0.25});
}

TEST(PictureTimes, NamesWithoutUsableStamps) {
  EXPECT_TRUE(stamps_in_names({"img_0001", "img_0002"}).empty());
  EXPECT_TRUE(stamps_in_names({"20260714_101530", "20260714_101530"}).empty());
  EXPECT_TRUE(stamps_in_names({"20260714_101530_001", "20260714_101530_002"}).empty())
      << "a counter";
  EXPECT_TRUE(stamps_in_names({"20260714_101530", "notes"}).empty());
  EXPECT_TRUE(stamps_in_names({"20260714_101530"}).empty());
}

TEST(PictureTimes, NumbersCountMissingPictures) {
  EXPECT_EQ(numbers_in_names({"img_07", "img_08", "img_10", "img_11"}), (Numbers{0, 1, 3, 4}));
  EXPECT_EQ(numbers_in_names({"cam2_0", "cam2_5", "cam2_10", "cam2_20"}), (Numbers{0, 1, 2, 4}));
  EXPECT_EQ(numbers_in_names({"trial3_1_x", "trial3_2_x"}), (Numbers{0, 1}));
}

TEST(PictureTimes, OtherNumbersAreNotCounts) {
  EXPECT_TRUE(numbers_in_names({"a17", "a390", "a1204"}).empty()) << "no usual step";
  EXPECT_TRUE(numbers_in_names({"t1_1", "t1_2", "t2_1", "t2_2"}).empty()) << "starts again";
  EXPECT_TRUE(numbers_in_names({"b2", "a3"}).empty()) << "other names";
  EXPECT_TRUE(numbers_in_names({"2", "1"}).empty());
}

}  // namespace
}  // namespace eyelid::video
