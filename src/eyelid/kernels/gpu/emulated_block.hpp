// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <barrier>
#include <bit>
#include <cmath>
#include <cstring>
#include <thread>
#include <vector>

#include "eyelid/core/error.hpp"
#include "eyelid/core/half.hpp"
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
  static float fma(float a, float b, float c) { return std::fma(a, b, c); }
  static float max(float a, float b) { return std::fmax(a, b); }
  static float min(float a, float b) { return std::fmin(a, b); }
  static int popcount(std::uint32_t bits) { return std::popcount(bits); }
  static double floor(double x) { return std::floor(x); }
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

/// Blocks that run at the same time.
struct EmulatedCluster {
  explicit EmulatedCluster(int size) : barrier(size), shared(static_cast<std::size_t>(size)) {}
  std::barrier<> barrier;
  std::vector<unsigned char*> shared;
};

class EmulatedBlock : public EmulatedArithmetic {
 public:
  EmulatedBlock(unsigned char* shared,
                int threads,
                int index,
                int count,
                ThreadOrder order,
                EmulatedCluster* cluster = nullptr)
      : shared_(shared),
        threads_(threads),
        index_(index),
        count_(count),
        order_(order),
        cluster_(cluster) {}

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
  /// What is copied is there only after the wait, and nothing sensible before.
  void copy_async(void* shared, const void* global, int bytes) {
    EYELID_EXPECTS(bytes % 16 == 0 && reinterpret_cast<std::uintptr_t>(shared) % 16 == 0 &&
                   reinterpret_cast<std::uintptr_t>(global) % 16 == 0);
    std::memset(shared, 0xff, static_cast<std::size_t>(bytes));
    copies_.push_back({shared, global, static_cast<std::size_t>(bytes)});
  }
  void wait_copies() {
    for (const Copy& copy : copies_) std::memcpy(copy.to, copy.from, copy.bytes);
    copies_.clear();
  }
  void sync_cluster() const { cluster_->barrier.arrive_and_wait(); }
  std::int32_t read_part(const std::int32_t* shared, int part) const {
    const auto offset = reinterpret_cast<const unsigned char*>(shared) - shared_;
    std::int32_t value;
    std::memcpy(&value, cluster_->shared[static_cast<std::size_t>(part)] + offset, sizeof value);
    return value;
  }

 private:
  struct Copy {
    void* to;
    const void* from;
    std::size_t bytes;
  };
  unsigned char* shared_;
  int threads_;
  int index_;
  int count_;
  ThreadOrder order_;
  EmulatedCluster* cluster_;
  std::vector<Copy> copies_;
};

/// Shared memory of one block: not-a-number in every precision, with a guard behind.
class EmulatedShared {
 public:
  explicit EmulatedShared(std::size_t bytes) : bytes_(bytes), memory_(bytes + 128 + kGuard) {
    poison();
  }
  void poison() { std::memset(memory_.data(), 0xff, memory_.size()); }
  unsigned char* begin() {
    return memory_.data() + (128 - reinterpret_cast<std::uintptr_t>(memory_.data()) % 128);
  }
  /// Nobody may write behind the end.
  void check() {
    for (std::size_t i = 0; i < kGuard; i++) EYELID_EXPECTS(begin()[bytes_ + i] == 0xff);
  }

 private:
  static constexpr std::size_t kGuard = 64;
  std::size_t bytes_;
  std::vector<unsigned char> memory_;
};

template <class Kernel>
constexpr int cluster_of() {
  if constexpr (requires { Kernel::kCluster; }) return Kernel::kCluster;
  return 1;
}

/// The blocks of a cluster side by side, as they wait for each other.
template <class Kernel>
void emulate_cluster(const typename Kernel::Arguments& arguments,
                     int first,
                     int blocks,
                     std::size_t shared_bytes,
                     ThreadOrder order) {
  constexpr int kSize = cluster_of<Kernel>();
  EmulatedCluster cluster(kSize);
  std::vector<EmulatedShared> memory(kSize, EmulatedShared(shared_bytes));
  std::vector<std::thread> threads;
  for (int part = 0; part < kSize; part++) {
    cluster.shared[static_cast<std::size_t>(part)] = memory[static_cast<std::size_t>(part)].begin();
  }
  for (int part = 0; part < kSize; part++) {
    threads.emplace_back([&, part] {
      EmulatedBlock block(cluster.shared[static_cast<std::size_t>(part)],
                          Kernel::kThreads,
                          first + part,
                          blocks,
                          order,
                          &cluster);
      Kernel::run(block, arguments);
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (EmulatedShared& shared : memory) shared.check();
}

/// Runs a whole launch. Shared memory starts as not-a-number in every precision.
template <class Kernel>
void emulate(const typename Kernel::Arguments& arguments,
             int blocks,
             std::size_t shared_bytes,
             ThreadOrder order = ThreadOrder::Forward) {
  if constexpr (cluster_of<Kernel>() > 1) {
    EYELID_EXPECTS(blocks % cluster_of<Kernel>() == 0);
    for (int first = 0; first < blocks; first += cluster_of<Kernel>()) {
      emulate_cluster<Kernel>(arguments, first, blocks, shared_bytes, order);
    }
    return;
  }
  EmulatedShared shared(shared_bytes);
  for (int i = 0; i < blocks; i++) {
    shared.poison();
    const int index = order == ThreadOrder::Forward ? i : blocks - 1 - i;
    EmulatedBlock block(shared.begin(), Kernel::kThreads, index, blocks, order);
    Kernel::run(block, arguments);
    shared.check();
  }
}

}  // namespace eyelid::kernels::gpu
