// SPDX-License-Identifier: MIT
#pragma once

namespace eyelid::training {

/// Which code computes the network: our fused kernels (CPU), or libtorch's operations (any device;
/// they are the definition).
enum class NetworkKernels { Eyelid, Torch };

}  // namespace eyelid::training
