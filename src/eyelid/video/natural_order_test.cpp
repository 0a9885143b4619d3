// SPDX-License-Identifier: MIT
#include "eyelid/video/natural_order.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace eyelid::video {
namespace {

TEST(NaturalOrder, NumbersCompareByValue) {
  EXPECT_TRUE(comes_before("img2.png", "img10.png"));
  EXPECT_FALSE(comes_before("img10.png", "img2.png"));
  EXPECT_TRUE(comes_before("a9b100", "a10b1"));
  EXPECT_TRUE(comes_before("img", "img1"));
  EXPECT_TRUE(comes_before("f99999999999999999998", "f99999999999999999999"));
}

TEST(NaturalOrder, IsStrictAndTotal) {
  const std::vector<std::string> names = {"", "1", "01", "001", "1a", "a", "a01", "a1", "a1b", "b"};
  for (const std::string& a : names) {
    for (const std::string& b : names) {
      EXPECT_EQ(comes_before(a, b) + comes_before(b, a), a == b ? 0 : 1) << a << " " << b;
      for (const std::string& c : names) {
        if (comes_before(a, b) && comes_before(b, c)) {
          EXPECT_TRUE(comes_before(a, c)) << a << " " << b << " " << c;
        }
      }
    }
  }
}

}  // namespace
}  // namespace eyelid::video
