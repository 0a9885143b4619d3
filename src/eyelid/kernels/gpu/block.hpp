// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

/// How a GPU kernel is written here: once, as the work of one block of threads, in phases between
/// barriers. nvcc compiles it for the device (device_block.cuh), g++ and clang compile the same
/// source for this processor (emulated_block.hpp), so that every kernel is tested against its
/// scalar definition on machines without a GPU.
///
/// A kernel is a struct:
///
///   struct Letterbox {
///     using Arguments = ...;                       // plain data, passed by value
///     static constexpr int kThreads = 256;         // per block
///     static constexpr int kBlocksPerProcessor = 4;   // at least; bounds the registers
///     template <class Block>
///     static EYELID_DEVICE void run(Block& block, const Arguments& arguments);
///   };
///
/// and `block` offers
///   index(), count()            this block, blocks of the launch
///   shared<T>(offset)           shared memory, uninitialized
///   each_thread(f)              f(thread) for every thread, then a barrier
///   each_warp(f)                f(warp) for every warp, then a barrier
///   read(shared_value)          a value all threads agree on, then a barrier: for loop conditions
///   arrive(counter)             how many blocks arrived before, after this block's writes
///   copy_async(to, from, bytes) device to shared memory in the background, 16 bytes at a time
///   wait_copies()               until the copies are there, then a barrier
/// and, where the kernel has `static constexpr int kCluster` > 1 (Hopper), to blocks kCluster k ..
/// kCluster k + kCluster - 1 together:
///   sync_cluster()              barrier of all threads of these blocks
///   read_part(shared, part)     the number at this place in the shared memory of block `part`
/// A phase must not read what another thread of the same phase writes. The emulation runs phases in
/// either order of threads, which shows such a mistake.
///
/// Within a warp, values per lane live in `Lanes<T>`: one register on the device, 32 numbers in the
/// emulation. `warp.each_lane(f)` is f(lane) for every lane; `warp.mma(sums, a, b)` is the matrix
/// instruction.
#if defined(__CUDACC__)
#define EYELID_DEVICE __device__ __forceinline__
#define EYELID_UNROLL _Pragma("unroll")
#define EYELID_UNROLL_4 _Pragma("unroll 4")
#define EYELID_KEEP_LOOP _Pragma("unroll 1")
#else
#define EYELID_DEVICE inline
#define EYELID_UNROLL
#define EYELID_UNROLL_4
#define EYELID_KEEP_LOOP
#endif

namespace eyelid::kernels::gpu {

inline constexpr int kWarpLanes = 32;

/// Two numbers of half precision in one register, the first in the low bits.
using Half2 = std::uint32_t;

/// Four consecutive halves: one 8-byte access.
struct alignas(8) Half4 {
  Half2 low;
  Half2 high;
};

struct Floats2 {
  float x;
  float y;
};

/// Registers of one lane for mma.sync.m16n8k16 (PTX ISA, "Matrix Fragments for mma.m16n8k16"), with
/// g = lane / 4 and t = lane % 4:
///   A (16x16, half):   registers 0..3 hold rows g, g + 8, g, g + 8 and columns 2t, 2t + 1 (the
///                      last two registers: 8 columns further)
///   B (16x8, half):    registers 0, 1 hold rows 2t, 2t + 1 (and 8 rows further) of column g
///   sums (16x8, f32):  0, 1 are row g, columns 2t, 2t + 1; 2, 3 the same of row g + 8
struct FragmentA {
  Half2 value[4];
};
struct FragmentB {
  Half2 value[2];
};
struct FragmentSums {
  float value[4];
};

}  // namespace eyelid::kernels::gpu
