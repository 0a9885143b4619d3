// SPDX-License-Identifier: MIT
#include "eyelid/compute/arena.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace eyelid::compute {
namespace {

TEST(Arena, PiecesAreZeroedAlignedAndApart) {
  Arena arena;
  constexpr std::size_t kLarge = (std::size_t{5} << 20) / sizeof(float);
  std::vector<std::pair<float*, std::size_t>> pieces;
  for (const std::size_t count : {std::size_t{1}, std::size_t{17}, kLarge, std::size_t{300000}}) {
    float* piece = arena.take<float>(count);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(piece) % 64, 0u);
    EXPECT_TRUE(std::all_of(piece, piece + count, [](float value) { return value == 0.0f; }));
    std::fill(piece, piece + count, static_cast<float>(count));
    pieces.emplace_back(piece, count);
  }
  const Arena moved = std::move(arena);
  // What the source hands out from now on is its own.
  // NOLINTNEXTLINE(bugprone-use-after-move): this is the promise under test
  const std::span<float> later(arena.take<float>(300000), 300000);
  std::fill(later.begin(), later.end(), -1.0f);
  for (const auto& [piece, count] : pieces) {
    EXPECT_EQ(piece[0], static_cast<float>(count));
    EXPECT_EQ(piece[count - 1], static_cast<float>(count));
  }
}

TEST(Arena, SmallPiecesLieOneBehindTheOther) {
  Arena arena;
  const std::uint8_t* first = arena.take<std::uint8_t>(65);
  const auto distance = arena.take<std::uint8_t>(1) - first;
#if defined(__SANITIZE_ADDRESS__)
  EXPECT_EQ(distance, 192);  // with the forbidden line between
#else
  EXPECT_EQ(distance, 128);
#endif
}

}  // namespace
}  // namespace eyelid::compute
