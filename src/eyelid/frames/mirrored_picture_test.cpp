// SPDX-License-Identifier: MIT
#include "eyelid/frames/mirrored_picture.hpp"

#include <gtest/gtest.h>

#include <random>
#include <utility>

namespace eyelid::frames {
namespace {

TEST(MirroredPicture, GoesOnBeyondTheEdgeAsItsMirrorImage) {
  std::mt19937 random(3);
  MirroredPicture mirrored;
  // Narrower than half of the height, wider, odd, one pixel; one object for all sizes.
  for (const auto& [width, height] : {std::pair{7, 20}, {40, 9}, {33, 17}, {1, 1}}) {
    GrayImage frame(width, height);
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) frame.row(y)[x] = static_cast<std::uint8_t>(random());
    }
    for (const SideEdge edge : {SideEdge::Left, SideEdge::Right}) {
      SCOPED_TRACE(std::to_string(width) + "x" + std::to_string(height) + name_of(edge));
      const int beyond = MirroredPicture::columns_beyond(frame);
      const int first = MirroredPicture::first_column(frame, edge);
      const FrameView whole = mirrored.extend(frame, edge);
      EXPECT_EQ(beyond, std::min(width, (height + 1) / 2));
      EXPECT_EQ(first, edge == SideEdge::Left ? beyond : 0);
      ASSERT_EQ(whole.width, width + beyond);
      ASSERT_EQ(whole.height, height);
      for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) ASSERT_EQ(whole.row(y)[first + x], frame.row(y)[x]);
        for (int i = 0; i < beyond; ++i) {
          const bool is_left = edge == SideEdge::Left;
          ASSERT_EQ(whole.row(y)[is_left ? first - 1 - i : width + i],
                    frame.row(y)[is_left ? i : width - 1 - i]);
        }
      }
    }
  }
}

}  // namespace
}  // namespace eyelid::frames
