// SPDX-License-Identifier: MIT
#pragma once

#include <cuda_runtime.h>

#include <type_traits>

#include "eyelid/core/error.hpp"
#include "eyelid/kernels/gpu/block.hpp"

namespace eyelid::kernels::gpu {

/// The arithmetic whose rounding must not depend on the compiler's mood.
struct DeviceArithmetic {
  static EYELID_DEVICE Half2 fma2(Half2 a, Half2 b, Half2 c) {
    Half2 result;
    asm("fma.rn.f16x2 %0, %1, %2, %3;" : "=r"(result) : "r"(a), "r"(b), "r"(c));
    return result;
  }
  static EYELID_DEVICE Half2 max2(Half2 a, Half2 b) {
    Half2 result;
    asm("max.f16x2 %0, %1, %2;" : "=r"(result) : "r"(a), "r"(b));
    return result;
  }
  static EYELID_DEVICE Half2 half2(float low, float high) {
    Half2 result;
    asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(result) : "f"(high), "f"(low));
    return result;
  }
  static EYELID_DEVICE Floats2 floats(Half2 halves) {
    Floats2 result;
    asm("{ .reg .b16 l, h; mov.b32 {l, h}, %2; cvt.f32.f16 %0, l; cvt.f32.f16 %1, h; }"
        : "=f"(result.x), "=f"(result.y)
        : "r"(halves));
    return result;
  }
  static EYELID_DEVICE float from_half(std::uint16_t half) {
    float result;
    asm("cvt.f32.f16 %0, %1;" : "=f"(result) : "h"(half));
    return result;
  }
  /// a b + c, rounded once.
  static EYELID_DEVICE float fma(float a, float b, float c) { return __fmaf_rn(a, b, c); }
  static EYELID_DEVICE float max(float a, float b) { return fmaxf(a, b); }
  static EYELID_DEVICE float min(float a, float b) { return fminf(a, b); }
  static EYELID_DEVICE int popcount(std::uint32_t bits) { return __popc(bits); }
  static EYELID_DEVICE double floor(double x) { return ::floor(x); }
  /// Constant data of the launch, through the read-only path.
  template <class T>
  static EYELID_DEVICE T load(const T* address) {
    static_assert(sizeof(T) == sizeof(uint2) && alignof(T) == alignof(uint2));
    const uint2 bits = __ldg(reinterpret_cast<const uint2*>(address));
    T value;
    memcpy(&value, &bits, sizeof value);
    return value;
  }
};

/// Volatile: what a phase computes from it is then not kept in registers for all other phases.
EYELID_DEVICE int this_thread() {
  int thread;
  asm volatile("mov.u32 %0, %%tid.x;" : "=r"(thread));
  return thread;
}

template <class T>
struct DeviceLanes {
  T value;
  EYELID_DEVICE T& operator[](int) { return value; }
  EYELID_DEVICE const T& operator[](int) const { return value; }
};

struct DeviceWarp : DeviceArithmetic {
  template <class T>
  using Lanes = DeviceLanes<T>;

  int index;  // in the block
  int lane;

  template <class Work>
  EYELID_DEVICE void each_lane(Work work) const {
    work(lane);
  }
  /// sums += a b on the matrix units, single precision sums.
  EYELID_DEVICE void mma(DeviceLanes<FragmentSums>& sums,
                         const DeviceLanes<FragmentA>& a,
                         const DeviceLanes<FragmentB>& b) const {
    float* d = sums.value.value;
    const Half2* x = a.value.value;
    const Half2* y = b.value.value;
    asm volatile(
        "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 "
        "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
        : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
        : "r"(x[0]), "r"(x[1]), "r"(x[2]), "r"(x[3]), "r"(y[0]), "r"(y[1]));
  }
  /// Bit i: whether of(lane i) holds.
  template <class Test>
  EYELID_DEVICE std::uint32_t ballot(Test of) const {
    return __ballot_sync(0xffffffffu, of(lane));
  }
};

class DeviceBlock : public DeviceArithmetic {
 public:
  EYELID_DEVICE DeviceBlock(unsigned char* shared, int threads)
      : shared_(shared), threads_(threads) {}

  EYELID_DEVICE int index() const { return static_cast<int>(blockIdx.x); }
  EYELID_DEVICE int count() const { return static_cast<int>(gridDim.x); }
  EYELID_DEVICE int threads() const { return threads_; }
  EYELID_DEVICE int warps() const { return threads_ / kWarpLanes; }
  template <class T>
  EYELID_DEVICE T* shared(std::size_t offset = 0) const {
    return reinterpret_cast<T*>(shared_ + offset);
  }
  template <class Work>
  EYELID_DEVICE void each_thread(Work work) const {
    work(this_thread());
    __syncthreads();
  }
  template <class Work>
  EYELID_DEVICE void each_warp(Work work) const {
    const int thread = this_thread();
    DeviceWarp warp{{}, thread / kWarpLanes, thread % kWarpLanes};
    work(warp);
    __syncthreads();
  }
  template <class T>
  EYELID_DEVICE T read(const T& shared_value) const {
    const T value = *const_cast<const volatile T*>(&shared_value);
    __syncthreads();
    return value;
  }
  /// All writes of this block to global memory are visible to the block that is told of the last
  /// arrival. `scratch` is one word of shared memory.
  EYELID_DEVICE unsigned arrive(unsigned* counter, unsigned* scratch) const {
    __threadfence();
    __syncthreads();
    if (threadIdx.x == 0) *scratch = atomicAdd(counter, 1u);
    __syncthreads();
    const unsigned before = *scratch;
    __threadfence();
    __syncthreads();
    return before;
  }

  /// cp.async, past the registers and the first-level cache. Addresses and size: multiples of 16.
  EYELID_DEVICE void copy_async(void* shared, const void* global, int bytes) const {
    const auto target = static_cast<unsigned>(__cvta_generic_to_shared(shared));
    for (int i = 16 * static_cast<int>(threadIdx.x); i < bytes; i += 16 * threads_) {
      asm volatile(
          "cp.async.cg.shared.global [%0], [%1], 16;" ::"r"(target + static_cast<unsigned>(i)),
          "l"(static_cast<const unsigned char*>(global) + i)
          : "memory");
    }
  }
  EYELID_DEVICE void wait_copies() const {
    asm volatile("cp.async.wait_all;" ::: "memory");
    __syncthreads();
  }

  EYELID_DEVICE void sync_cluster() const {
#if __CUDA_ARCH__ >= 900
    asm volatile(
        "barrier.cluster.arrive.release.aligned;\n\tbarrier.cluster.wait.acquire.aligned;" ::
            : "memory");
#else
    __trap();  // the host launches no clusters on older devices
#endif
  }
  EYELID_DEVICE std::int32_t read_part(const std::int32_t* shared, int part) const {
    std::int32_t value = 0;
#if __CUDA_ARCH__ >= 900
    const auto here = static_cast<unsigned>(__cvta_generic_to_shared(shared));
    unsigned there;
    asm("mapa.shared::cluster.u32 %0, %1, %2;" : "=r"(there) : "r"(here), "r"(part));
    asm volatile("ld.shared::cluster.s32 %0, [%1];" : "=r"(value) : "r"(there) : "memory");
#endif
    return value;
  }

 private:
  unsigned char* shared_;
  int threads_;
};

/// Kernel::kCluster, 1 where there is none.
template <class Kernel, class = void>
struct ClusterOf : std::integral_constant<int, 1> {};
template <class Kernel>
struct ClusterOf<Kernel, std::void_t<decltype(Kernel::kCluster)>>
    : std::integral_constant<int, Kernel::kCluster> {};

template <class Kernel>
__global__ void __launch_bounds__(Kernel::kThreads, Kernel::kBlocksPerProcessor)
    run_kernel(const __grid_constant__ typename Kernel::Arguments arguments) {
  extern __shared__ __align__(128) unsigned char shared[];
  DeviceBlock block(shared, Kernel::kThreads);
  Kernel::run(block, arguments);
}

/// The one launch of all kernels.
template <class Kernel>
cudaError_t enqueue(const typename Kernel::Arguments& arguments,
                    int blocks,
                    std::size_t shared_bytes,
                    cudaStream_t stream) {
  cudaLaunchAttribute cluster{};
  cluster.id = cudaLaunchAttributeClusterDimension;
  cluster.val.clusterDim.x = ClusterOf<Kernel>::value;
  cluster.val.clusterDim.y = cluster.val.clusterDim.z = 1;
  cudaLaunchConfig_t config{};
  config.gridDim = dim3(static_cast<unsigned>(blocks));
  config.blockDim = dim3(Kernel::kThreads);
  config.dynamicSmemBytes = shared_bytes;
  config.stream = stream;
  config.attrs = &cluster;
  config.numAttrs = ClusterOf<Kernel>::value > 1 ? 1 : 0;
  const cudaError_t status = cudaLaunchKernelEx(&config, run_kernel<Kernel>, arguments);
  return status != cudaSuccess ? status : cudaGetLastError();
}

/// Enqueues `blocks` blocks on `stream`. Returns what the driver says; never waits.
template <class Kernel>
cudaError_t launch(const typename Kernel::Arguments& arguments,
                   int blocks,
                   std::size_t shared_bytes,
                   cudaStream_t stream);

/// Once per device, before the first launch: lets the kernel use all shared memory it asks for.
template <class Kernel>
cudaError_t allow_shared_memory(std::size_t shared_bytes);

/// In one .cu file per kernel.
#define EYELID_DEFINE_KERNEL(Kernel)                                                            \
  template <>                                                                                   \
  cudaError_t launch<Kernel>(const Kernel::Arguments& arguments,                                \
                             int blocks,                                                        \
                             std::size_t shared_bytes,                                          \
                             cudaStream_t stream) {                                             \
    return blocks > 0 ? enqueue<Kernel>(arguments, blocks, shared_bytes, stream) : cudaSuccess; \
  }                                                                                             \
  template <>                                                                                   \
  cudaError_t allow_shared_memory<Kernel>(std::size_t shared_bytes) {                           \
    return cudaFuncSetAttribute(run_kernel<Kernel>,                                             \
                                cudaFuncAttributeMaxDynamicSharedMemorySize,                    \
                                static_cast<int>(shared_bytes));                                \
  }

}  // namespace eyelid::kernels::gpu
