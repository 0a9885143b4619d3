// SPDX-License-Identifier: MIT
#include "eyelid/files/base64.hpp"

#include <gtest/gtest.h>

#include <string>

namespace eyelid::files {
namespace {

TEST(Base64, EncodesTheExamplesOfItsStandard) {
  const auto text = [](const std::string& bytes) {
    return base64({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
  };
  EXPECT_EQ(text(""), "");
  EXPECT_EQ(text("f"), "Zg==");
  EXPECT_EQ(text("fo"), "Zm8=");
  EXPECT_EQ(text("foo"), "Zm9v");
  EXPECT_EQ(text("foobar"), "Zm9vYmFy");
  EXPECT_EQ(text("\xFF\xFE\xFD"), "//79");
}

}  // namespace
}  // namespace eyelid::files
