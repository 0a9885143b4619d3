// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <random>
#include <type_traits>
#include <typeinfo>

#include "eyelid/detection/box_decoding.hpp"
#include "eyelid/gpu/emulated_device_testing.hpp"
#include "eyelid/gpu/gpu_testing.hpp"
#include "eyelid/gpu/kernel_site.hpp"
#include "eyelid/synthesis/session_renderer.hpp"

// Every kernel by itself, in both places: the GPU (without one: the emulation with its threads in
// the other order) and the emulation that the other tests hold against the scalar definitions. Both
// get the same inputs and the same poisoned outputs; everything either writes is compared.
namespace eyelid::pipeline {
namespace {

using namespace eyelid::gpu;

#ifdef EYELID_TESTS_WITH_CUDA
constexpr bool kHasKernels = true;
#else
constexpr bool kHasKernels = false;
#endif

bool has_gpu() { return kHasKernels && !find_cuda_devices().names.empty(); }

/// Sums on the matrix units come in another order.
template <class Kernel>
constexpr bool kIsExact = !std::is_same_v<Kernel, kernels::gpu::BlazeHalfHopper> &&
                          !std::is_same_v<Kernel, kernels::gpu::BlazeHalfAmpere>;

/// Runs every kernel here and there, and goes on with what was computed here.
struct BothLaunch {
  std::span<std::byte> memory;  // all that kernels write
  std::span<std::byte> state;
  const BatchBuffers* buffers = nullptr;
  int kernels = 0;

  template <class Kernel>
  void run(const typename Kernel::Arguments& arguments, int blocks, std::size_t shared_bytes) {
    using kernels::gpu::ThreadOrder;
    kernels++;
    const std::vector<std::byte> before = copy();
    if (has_gpu()) {
      run_there<Kernel>(arguments, blocks, shared_bytes);
    } else {
      kernels::gpu::emulate<Kernel>(arguments, blocks, shared_bytes, ThreadOrder::Backward);
    }
    const std::vector<std::byte> there = copy();
    restore(before);
    kernels::gpu::emulate<Kernel>(arguments, blocks, shared_bytes, ThreadOrder::Forward);
    if constexpr (kIsExact<Kernel>) {
      compare_bytes(there, typeid(Kernel).name());
    } else {
      compare_half(there, before, arguments.image_count);
    }
  }

 private:
  template <class Kernel>
  static void run_there([[maybe_unused]] const typename Kernel::Arguments& arguments,
                        [[maybe_unused]] int blocks,
                        [[maybe_unused]] std::size_t shared_bytes) {
#ifdef EYELID_TESTS_WITH_CUDA
    run_on_gpu<Kernel>(arguments, blocks, shared_bytes);
#endif
  }
  std::vector<std::byte> copy() const {
    std::vector<std::byte> bytes(memory.begin(), memory.end());
    bytes.insert(bytes.end(), state.begin(), state.end());
    return bytes;
  }
  void restore(const std::vector<std::byte>& bytes) const {
    std::copy_n(bytes.begin(), memory.size(), memory.begin());
    std::copy(
        bytes.begin() + static_cast<std::ptrdiff_t>(memory.size()), bytes.end(), state.begin());
  }
  void compare_bytes(const std::vector<std::byte>& there, const char* kernel) const {
    const std::vector<std::byte> here = copy();
    for (std::size_t i = 0; i < here.size(); i++) {
      ASSERT_EQ(there[i], here[i]) << kernel << ": byte " << i << " of " << memory.size();
    }
  }
  /// Norm of the difference over the norm; the same places must be written.
  void compare_half(const std::vector<std::byte>& there,
                    const std::vector<std::byte>& before,
                    int images) const {
    double error = 0.0, norm = 0.0;
    const auto begin = reinterpret_cast<const std::byte*>(buffers->logits) - memory.data();
    for (int i = 0; i < 896 * images; i++) {
      float a, b;
      std::memcpy(&a, there.data() + begin + 4 * i, 4);
      std::memcpy(&b, memory.data() + begin + 4 * i, 4);
      error += std::pow(double{a} - double{b}, 2);
      norm += std::pow(double{b}, 2);
    }
    EXPECT_LT(std::sqrt(error / norm), 4e-3);  // false for not-a-number
    const std::vector<std::byte> here = copy();
    for (std::size_t i = 0; i < here.size(); i++) {
      if (here[i] == before[i] && there[i] == before[i]) continue;
      const bool is_output = i >= static_cast<std::size_t>(begin);
      ASSERT_TRUE(is_output) << "wrote before its outputs, at byte " << i;
    }
  }
};

class KernelByKernel : public ::testing::Test {
 protected:
  void SetUp() override {
#ifdef EYELID_TESTS_WITH_CUDA
    if (has_gpu()) host_allocator() = memory_of_both;
#endif
    RecordProperty("place",
                   has_gpu() ? find_cuda_devices().names[0] : "emulation, threads backward");
  }

  /// A batch of `frames` frames of width x height, some of a person, some noise.
  static void run_batch(const FrameDeviceOptions& options,
                        int processors,
                        bool is_hopper,
                        int width,
                        int height,
                        unsigned seed) {
    const auto models = models_with(embedded_detector());
    EmulatedDeviceWith<BothLaunch> device(models, options, {}, processors, is_hopper);
    device.prepare(width, height);
    EmulatedChain chain;
    device.launch().memory = device.memory(0);
    device.launch().state = chain.memory().all();
    device.launch().buffers = &device.buffers(0);
    synthesis::SessionOptions session;
    session.width = width;
    session.height = height;
    session.seed = seed;
    const synthesis::SessionRenderer renderer(session);
    GrayImage image;
    for (int i = 0; i < options.batch_frames; i++) {
      if (i % 3 == 2) {
        image = random_picture(width, height, seed + static_cast<unsigned>(i));
      } else {
        renderer.render(i * renderer.frame_count() / options.batch_frames, image);
      }
      put_frame(device, 0, i, image);
    }
    device.submit(0, options.batch_frames, chain);
    EXPECT_GE(device.launch().kernels, 5);
    EXPECT_GE(device.wait(0).records[0].face_count, 0);
  }

  static FrameDeviceOptions options_of(Precision precision, int frames, int detect_every) {
    FrameDeviceOptions options;
    options.measure = {precision, detection::logit_of(0.5f), 0.3f, frames % 2 == 1, detect_every};
    options.batch_frames = frames;
    options.slots = 1;
    return options;
  }
};

TEST_F(KernelByKernel, AgreesInBothPlacesAtRandomShapes) {
  std::mt19937 random(has_gpu() ? std::random_device{}() : 7u);
  const int rounds = has_gpu() ? 6 : 2;
  for (int round = 0; round < rounds; round++) {
    const int width = 200 + static_cast<int>(random() % 500);
    const int height = 160 + static_cast<int>(random() % 400);
    const unsigned seed = static_cast<unsigned>(random());
    SCOPED_TRACE(std::to_string(width) + "x" + std::to_string(height) + ", seed " +
                 std::to_string(seed));
    // Few images: network and trees spread over several blocks. Few processors: neither.
    run_batch(options_of(Precision::F16, 2, 1), 132, true, width, height, seed);
    run_batch(options_of(Precision::F16, 3, 1), 2, true, width, height, seed);
    run_batch(options_of(Precision::F16, 2, 2), 2, false, width, height, seed);
    run_batch(options_of(Precision::F32, 3, 1), 132, true, width, height, seed);
    if (HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace eyelid::pipeline
