// SPDX-License-Identifier: MIT
#include "eyelid/camera/frame_number.hpp"

#include <gtest/gtest.h>

namespace eyelid::camera {
namespace {

TEST(SequenceNumber, PassesTheEndOf32Bits) {
  SequenceNumber number;
  EXPECT_EQ(number.unwrapped(0xfffffffeu), 0xfffffffeull);
  EXPECT_EQ(number.unwrapped(0xffffffffu), 0xffffffffull);
  EXPECT_EQ(number.unwrapped(1u), 0x100000001ull);  // one lost across the wrap
  EXPECT_EQ(number.unwrapped(5u), 0x100000005ull);
}

TEST(SequenceNumber, ADriverThatDoesNotCountLosesNothing) {
  SequenceNumber number;
  for (std::uint64_t i = 0; i < 5; ++i) EXPECT_EQ(number.unwrapped(0), i);
}

TEST(SequenceNumber, AnewFromZeroGoesOn) {
  SequenceNumber number;
  number.unwrapped(5000);
  EXPECT_EQ(number.unwrapped(0), 5001u);
  EXPECT_EQ(number.unwrapped(2), 5003u);
}

TEST(BlockNumber, LeavesOutZeroWhereSixteenBitsWrap) {
  BlockNumber number;
  EXPECT_EQ(number.unwrapped(65534), 65534u);
  EXPECT_EQ(number.unwrapped(65535), 65535u);
  EXPECT_EQ(number.unwrapped(1), 65536u);
  EXPECT_EQ(number.unwrapped(4), 65539u);
}

TEST(BlockNumber, PassesManyWraps) {
  BlockNumber number;
  std::uint64_t expected = 65000;
  std::uint64_t id = expected;
  for (int i = 0; i < 300000; ++i) {
    ASSERT_EQ(number.unwrapped(id), expected);
    id = id % 65535 + 1;
    ++expected;
  }
}

TEST(BlockNumber, ALateFrameKeepsItsPlace) {
  BlockNumber number;
  number.unwrapped(65533);
  EXPECT_EQ(number.unwrapped(3), 65538u);
  EXPECT_EQ(number.unwrapped(65535), 65535u);  // from before the wrap
  EXPECT_EQ(number.unwrapped(4), 65539u);
}

TEST(BlockNumber, SixtyFourBitsDoNotWrap) {
  BlockNumber number;
  EXPECT_EQ(number.unwrapped(0), 0u);
  EXPECT_EQ(number.unwrapped(1), 1u);
  BlockNumber longer;
  longer.unwrapped(65535);
  EXPECT_EQ(longer.unwrapped(65536), 65536u);
  EXPECT_EQ(longer.unwrapped(0x100000000ull), 0x100000000ull);
}

TEST(BlockNumber, FramesWithoutIdFollowTheLatest) {
  BlockNumber number;
  EXPECT_FALSE(number.has_begun());
  number.unwrapped(65535);
  EXPECT_TRUE(number.has_begun());
  EXPECT_EQ(number.guessed(), 65536u);
  EXPECT_EQ(number.guessed(), 65537u);
  EXPECT_EQ(number.unwrapped(3), 65538u);
  EXPECT_EQ(number.guessed(), 65539u);
}

}  // namespace
}  // namespace eyelid::camera
