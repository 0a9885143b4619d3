// SPDX-License-Identifier: MIT
#include "eyelid/compute/cpu_features.hpp"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include <cstdlib>
#include <string_view>

#include "eyelid/core/error.hpp"
#include "eyelid/platform/processors.hpp"

namespace eyelid::compute {
namespace {

#if defined(__x86_64__)
// clang 14 does not know this name in __builtin_cpu_supports: CPUID leaf 1, bit 29 of ECX.
bool has_f16c() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  return __get_cpuid(1, &a, &b, &c, &d) != 0 && (c & (1u << 29)) != 0;
}
// Nor g++ 12 this one: leaf 7, second part, bit 4 of EAX. Same registers as AVX2.
bool has_avx_vnni() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  return __get_cpuid_count(7, 1, &a, &b, &c, &d) != 0 && (a & (1u << 4)) != 0;
}
#endif

std::uint32_t read_hardware() {
  std::uint32_t features = kAnyCpu;
#if defined(__x86_64__)
  // __builtin_cpu_supports also asks the operating system (XGETBV) whether it saves the registers.
  __builtin_cpu_init();
  if (__builtin_cpu_supports("sse4.1")) features |= kSse41;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && has_f16c()) {
    features |= kAvx2;
    if (has_avx_vnni()) features |= kAvxVnni;
  }
  if ((features & kAvx2) != 0 && __builtin_cpu_supports("avx512f") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512dq")) {
    features |= kAvx512;
    if (__builtin_cpu_supports("avx512vbmi")) features |= kAvx512Vbmi;
    if (__builtin_cpu_supports("avx512bf16")) features |= kAvx512Bf16;
    if (__builtin_cpu_supports("avx512vnni")) features |= kAvx512Vnni;
  }
#elif defined(__aarch64__)
  features |= kNeon;
  if (platform::has_dot_products()) features |= kNeonDot;
#endif
  return features;
}

constexpr std::uint32_t kAllAvx512 = kAvx512 | kAvx512Vbmi | kAvx512Bf16 | kAvx512Vnni;

std::uint32_t lowered_by_environment() {
  const std::uint32_t detected = detected_cpu_features();
  const char* text = std::getenv("EYELID_CPU");
  if (text == nullptr || *text == '\0') return detected;

  const std::string_view wanted(text);
  const auto require = [&](std::uint32_t bit, std::uint32_t result) {
    if ((detected & bit) == 0) {
      throw InputError("EYELID_CPU=" + std::string(wanted) + ": this processor offers only " +
                       describe(detected));
    }
    return result;
  };
  if (wanted == "scalar") return kAnyCpu;
  if (wanted == "sse41") return require(kSse41, kSse41);
  if (wanted == "avx2") return require(kAvx2, kSse41 | kAvx2);
  if (wanted == "avx512")
    return require(kAvx512, detected & (kSse41 | kAvx2 | kAvxVnni | kAllAvx512));
  if (wanted == "neon") return require(kNeon, kNeon);
  throw InputError("EYELID_CPU=" + std::string(wanted) +
                   ": unknown instruction set; expected scalar, sse41, avx2, avx512 or neon");
}

}  // namespace

std::uint32_t detected_cpu_features() {
  static const std::uint32_t features = read_hardware();
  return features;
}

std::uint32_t cpu_features() {
  static const std::uint32_t features = lowered_by_environment();
  return features;
}

std::string describe(std::uint32_t features) {
  std::string text;
  const auto add = [&](std::uint32_t bit, const char* name) {
    if ((features & bit) == 0) return;
    if (!text.empty()) text += '+';
    text += name;
  };
  if ((features & kAvx2) == 0) add(kSse41, "sse41");
  add(kAvx2, "avx2");
  add(kAvxVnni, "avxvnni");
  add(kAvx512, "avx512");
  add(kAvx512Vbmi, "vbmi");
  add(kAvx512Bf16, "bf16");
  add(kAvx512Vnni, "vnni");
  add(kNeon, "neon");
  add(kNeonDot, "dotprod");
  return text.empty() ? "scalar" : text;
}

}  // namespace eyelid::compute
