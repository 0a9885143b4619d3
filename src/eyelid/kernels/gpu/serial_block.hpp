// SPDX-License-Identifier: MIT
#pragma once

namespace eyelid::kernels::gpu {

/// A block (block.hpp) of one thread: the CPU's way through a rule that is written for blocks.
struct SerialBlock {
  static constexpr int threads() { return 1; }
  template <class Work>
  void each_thread(Work work) const {
    work(0);
  }
  template <class T>
  T read(const T& shared_value) const {
    return shared_value;
  }
};

}  // namespace eyelid::kernels::gpu
