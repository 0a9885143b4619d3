// SPDX-License-Identifier: MIT
#include "eyelid/files/interruption.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <string>

namespace eyelid::files {
namespace {

TEST(Interruption, IsThrownByEveryCallAfterTheSignal) {
  EXPECT_NO_THROW(throw_if_interrupted());
  interrupt(SIGTERM);
  for (int i = 0; i < 2; ++i) {
    try {
      throw_if_interrupted();
      ADD_FAILURE();
    } catch (const Interrupted& error) {
      EXPECT_EQ(std::string(error.what()), "stopped by SIGTERM before the work was done");
    }
  }
  interrupt(0);
  EXPECT_NO_THROW(throw_if_interrupted());
}

}  // namespace
}  // namespace eyelid::files
