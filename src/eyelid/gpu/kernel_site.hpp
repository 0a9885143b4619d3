// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>

/// Single kernels on the first GPU, on memory that the host reaches as well; for tests of builds
/// with EYELID_CUDA.
namespace eyelid::gpu {

/// Page-locked memory at the same address for host and device. Throws DeviceError.
std::shared_ptr<std::byte> memory_of_both(std::size_t bytes);

/// Launches and waits. Throws DeviceError.
template <class Kernel>
void run_on_gpu(const typename Kernel::Arguments& arguments, int blocks, std::size_t shared_bytes);

}  // namespace eyelid::gpu
