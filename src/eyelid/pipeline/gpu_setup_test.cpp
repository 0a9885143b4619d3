// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/gpu_setup.hpp"

#include <gtest/gtest.h>

#include "eyelid/core/error.hpp"
#include "eyelid/pipeline/setup.hpp"

namespace eyelid::pipeline {
namespace {

/// The one message of an error.
template <class Error>
std::string message_of(const SetupRequest& request) {
  try {
    make_setup(request);
  } catch (const Error& error) {
    return error.what();
  }
  return "no such error";
}

TEST(GpuSetup, WithoutAGpuCudaIsAClearErrorAndAutoTakesTheCpu) {
  if (!gpu::find_cuda_devices().names.empty()) GTEST_SKIP() << "this machine has a GPU";
  SetupRequest request;
  request.device = DeviceChoice::Cuda;
  const std::string message = message_of<DeviceError>(request);
  EXPECT_TRUE(message.find("this build has no CUDA support") != std::string::npos ||
              message.find("no CUDA device") != std::string::npos)
      << message;
  EXPECT_NE(message.find("a GPU and its driver, or device cpu"), std::string::npos) << message;
  request.device = DeviceChoice::Auto;
  const auto setup = make_setup(request);
  EXPECT_EQ(setup.device.substr(0, 4), "cpu/");
  EXPECT_FALSE(setup.gpu.has_value());
  EXPECT_EQ(setup.device_reason, gpu::find_cuda_devices().why_none);
  request.precision = compute::Precision::F16;
  EXPECT_NE(message_of<DeviceError>(request).find("precision f16"), std::string::npos);
}

TEST(GpuSetup, ABatchIsMadeOfWholeGroups) {
  EXPECT_EQ(gpu_batch_frames({}, 1), kGpuBatchFrames);
  EXPECT_EQ(gpu_batch_frames({}, 10), 510);
  EXPECT_EQ(gpu_batch_frames(8, 10), 10);
  EXPECT_EQ(gpu_batch_frames(9000, 7), 4095);
  EXPECT_EQ(gpu_batch_frames(1, kMaxGpuBatchFrames), kMaxGpuBatchFrames);
}

}  // namespace
}  // namespace eyelid::pipeline
