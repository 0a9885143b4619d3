// SPDX-License-Identifier: MIT
#include <windows.h>

#include <algorithm>
#include <array>
#include <bit>
#include <thread>

#include "eyelid/platform/processors.hpp"

namespace eyelid::platform {
namespace {

/// The processors of one group, at most 64; 0 for a process that runs in several.
DWORD_PTR allowed_processors() {
  DWORD_PTR allowed = 0, present = 0;
  return ::GetProcessAffinityMask(::GetCurrentProcess(), &allowed, &present) != 0 ? allowed : 0;
}

}  // namespace

int usable_processors() {
  if (const DWORD_PTR allowed = allowed_processors(); allowed != 0) return std::popcount(allowed);
  return static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
}

bool keep_on_processor(int index) {
  DWORD_PTR left = allowed_processors();
  if (left == 0) return false;
  for (int wanted = index % std::popcount(left); wanted > 0; --wanted) left &= left - 1;
  return ::SetThreadAffinityMask(::GetCurrentThread(), left & (~left + 1)) != 0;
}

std::string processor_model() {
  std::array<char, 256> name{};
  DWORD size = static_cast<DWORD>(name.size() - 1);
  const bool is_known = ::RegGetValueA(HKEY_LOCAL_MACHINE,
                                       R"(HARDWARE\DESCRIPTION\System\CentralProcessor\0)",
                                       "ProcessorNameString",
                                       RRF_RT_REG_SZ,
                                       nullptr,
                                       name.data(),
                                       &size) == ERROR_SUCCESS;
  return is_known ? name.data() : "unknown";
}

bool has_dot_products() {
#if defined(__aarch64__)
  return ::IsProcessorFeaturePresent(PF_ARM_V82_DP_INSTRUCTIONS_AVAILABLE) != 0;
#else
  return false;
#endif
}

// Windows gives huge pages only to users with a privilege (SeLockMemoryPrivilege).
void prefer_huge_pages(void*, std::size_t) {}

}  // namespace eyelid::platform
