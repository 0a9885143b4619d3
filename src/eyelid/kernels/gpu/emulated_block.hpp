// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <vector>

#include "eyelid/kernels/gpu/block.hpp"
#include "eyelid/kernels/tree_ensemble/tree_ensemble.hpp"

/// The blocks of block.hpp on this processor, one thread after the other: for tests.
namespace eyelid::kernels::gpu {

/// The order in which the emulation runs the threads of a phase. Results must not depend on it.
enum class ThreadOrder { Forward, Backward };

struct EmulatedArithmetic {
  static Half2 fma2(Half2 a, Half2 b, Half2 c) {
    const Floats2 x = floats(a), y = floats(b), z = floats(c);
    // The product of two halves is exact in double; the sum is rounded once to double, once to
    // float, once to half: right but for ties of the earlier roundings.
    return half2(static_cast<float>(double{x.x} * double{y.x} + double{z.x}),
                 static_cast<float>(double{x.y} * double{y.y} + double{z.y}));
  }
  static Half2 max2(Half2 a, Half2 b) {
    const Floats2 x = floats(a), y = floats(b);
    return half2(std::max(x.x, y.x), std::max(x.y, y.y));
  }
  static Half2 half2(float low, float high) {
    return static_cast<Half2>(half_from_float(low)) | static_cast<Half2>(half_from_float(high))
                                                          << 16;
  }
  static Floats2 floats(Half2 halves) {
    return {float_from_half(static_cast<std::uint16_t>(halves & 0xffffu)),
            float_from_half(static_cast<std::uint16_t>(halves >> 16))};
  }
  static float from_half(std::uint16_t half) { return float_from_half(half); }
  static float max(float a, float b) { return std::fmax(a, b); }
  static float min(float a, float b) { return std::fmin(a, b); }
  static float exp(float x) { return static_cast<float>(std::exp(double{x})); }
  static float hypot(float x, float y) {
    return static_cast<float>(std::sqrt(double{x} * double{x} + double{y} * double{y}));
  }
  static int popcount(std::uint32_t bits) { return std::popcount(bits); }
  static bool is_finite(float x) { return std::isfinite(x); }
  static float atan2(float y, float x) {
    return static_cast<float>(std::atan2(double{y}, double{x}));
  }
  static float cos(float x) { return static_cast<float>(std::cos(double{x})); }
  static float sin(float x) { return static_cast<float>(std::sin(double{x})); }
  static float sqrt(float x) { return std::sqrt(x); }
  static float floor(float x) { return std::floor(x); }
  static float ceil(float x) { return std::ceil(x); }
  static double floor(double x) { return std::floor(x); }
  static long long round(float x) { return std::llround(x); }
  template <class T>
  static T load(const T* address) {
    return *address;
  }
};

template <class T>
struct EmulatedLanes {
  std::array<T, kWarpLanes> values{};
  T& operator[](int lane) { return values[static_cast<std::size_t>(lane)]; }
  const T& operator[](int lane) const { return values[static_cast<std::size_t>(lane)]; }
};

struct EmulatedWarp : EmulatedArithmetic {
  template <class T>
  using Lanes = EmulatedLanes<T>;

  int index = 0;
  ThreadOrder order = ThreadOrder::Forward;

  template <class Work>
  void each_lane(Work work) const {
    for (int i = 0; i < kWarpLanes; i++) {
      work(order == ThreadOrder::Forward ? i : kWarpLanes - 1 - i);
    }
  }

  /// The fragments are spread into matrices by the maps of the PTX ISA, then multiplied.
  void mma(EmulatedLanes<FragmentSums>& sums,
           const EmulatedLanes<FragmentA>& a,
           const EmulatedLanes<FragmentB>& b) const {
    float left[16][16];
    float right[16][8];
    for (int lane = 0; lane < kWarpLanes; lane++) {
      const int g = lane / 4, t = lane % 4;
      for (int i = 0; i < 4; i++) {
        const Floats2 pair = floats(a[lane].value[i]);
        const int row = i % 2 == 0 ? g : g + 8;
        const int column = 2 * t + (i < 2 ? 0 : 8);
        left[row][column] = pair.x;
        left[row][column + 1] = pair.y;
      }
      for (int i = 0; i < 2; i++) {
        const Floats2 pair = floats(b[lane].value[i]);
        right[2 * t + 8 * i][g] = pair.x;
        right[2 * t + 8 * i + 1][g] = pair.y;
      }
    }
    for (int lane = 0; lane < kWarpLanes; lane++) {
      for (int i = 0; i < 4; i++) {
        const int row = lane / 4 + (i < 2 ? 0 : 8);
        const int column = 2 * (lane % 4) + i % 2;
        float sum = sums[lane].value[i];
        for (int k = 0; k < 16; k++) sum += left[row][k] * right[k][column];
        sums[lane].value[i] = sum;
      }
    }
  }

  template <class Test>
  std::uint32_t ballot(Test of) const {
    std::uint32_t bits = 0;
    for (int lane = 0; lane < kWarpLanes; lane++) bits |= (of(lane) ? 1u : 0u) << lane;
    return bits;
  }
};

class EmulatedBlock : public EmulatedArithmetic {
 public:
  EmulatedBlock(unsigned char* shared, int threads, int index, int count, ThreadOrder order)
      : shared_(shared), threads_(threads), index_(index), count_(count), order_(order) {}

  int index() const { return index_; }
  int count() const { return count_; }
  int threads() const { return threads_; }
  int warps() const { return threads_ / kWarpLanes; }
  template <class T>
  T* shared(std::size_t offset = 0) const {
    return reinterpret_cast<T*>(shared_ + offset);
  }
  template <class Work>
  void each_thread(Work work) const {
    for (int i = 0; i < threads_; i++) {
      work(order_ == ThreadOrder::Forward ? i : threads_ - 1 - i);
    }
  }
  template <class Work>
  void each_warp(Work work) const {
    for (int i = 0; i < warps(); i++) {
      EmulatedWarp warp;
      warp.index = order_ == ThreadOrder::Forward ? i : warps() - 1 - i;
      warp.order = order_;
      work(warp);
    }
  }
  template <class T>
  T read(const T& shared_value) const {
    return shared_value;
  }
  unsigned arrive(unsigned* counter, unsigned*) const { return (*counter)++; }

 private:
  unsigned char* shared_;
  int threads_;
  int index_;
  int count_;
  ThreadOrder order_;
};

/// Runs a whole launch. Shared memory starts as not-a-number in every precision.
template <class Kernel>
void emulate(const typename Kernel::Arguments& arguments,
             int blocks,
             std::size_t shared_bytes,
             ThreadOrder order = ThreadOrder::Forward) {
  constexpr std::size_t kGuard = 64;
  std::vector<unsigned char> memory(shared_bytes + 128 + kGuard);
  const auto address = reinterpret_cast<std::uintptr_t>(memory.data());
  unsigned char* shared = memory.data() + (128 - address % 128);
  for (int i = 0; i < blocks; i++) {
    std::memset(memory.data(), 0xff, memory.size());
    const int index = order == ThreadOrder::Forward ? i : blocks - 1 - i;
    EmulatedBlock block(shared, Kernel::kThreads, index, blocks, order);
    Kernel::run(block, arguments);
  }
}

}  // namespace eyelid::kernels::gpu
