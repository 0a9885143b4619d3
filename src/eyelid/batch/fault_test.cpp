// SPDX-License-Identifier: MIT
#include "eyelid/batch/fault.hpp"

#include <gtest/gtest.h>

#include <new>
#include <stdexcept>
#include <string>
#include <system_error>

#include "eyelid/core/error.hpp"
#include "eyelid/files/input_file.hpp"
#include "eyelid/files/interruption.hpp"
#include "eyelid/files/write_error.hpp"
#include "eyelid/video/read_error.hpp"

namespace eyelid::batch {
namespace {

template <class Exception>
Fault fault_of(const Exception& exception) {
  try {
    throw exception;
  } catch (...) {
    return current_fault();
  }
}

TEST(Fault, OfTheMachineMayPass) {
  EXPECT_TRUE(fault_of(files::WriteError("x: cannot be written")).may_pass);
  EXPECT_TRUE(fault_of(files::ReadError("x: reading failed")).may_pass);
  EXPECT_TRUE(fault_of(video::ReadError("x: cannot be read to its end")).may_pass);
  EXPECT_TRUE(fault_of(DeviceError("no GPU")).may_pass);
  EXPECT_TRUE(fault_of(std::bad_alloc()).may_pass);
  EXPECT_TRUE(fault_of(std::length_error("x")).may_pass);
  EXPECT_TRUE(fault_of(std::system_error(std::make_error_code(std::errc::io_error))).may_pass);
  EXPECT_EQ(fault_of(std::bad_alloc()).message, "out of memory");
}

TEST(Fault, OfAnInputStays) {
  const Fault fault = fault_of(InputError("film.mkv: no video stream"));
  EXPECT_FALSE(fault.may_pass);
  EXPECT_EQ(fault.message, "film.mkv: no video stream");
  EXPECT_FALSE(fault_of(ContractError("a bug")).may_pass);
  EXPECT_FALSE(fault_of(7).may_pass);
}

TEST(Fault, AnInterruptionIsNone) {
  EXPECT_THROW(fault_of(files::Interrupted("stopped by SIGTERM")), files::Interrupted);
}

}  // namespace
}  // namespace eyelid::batch
