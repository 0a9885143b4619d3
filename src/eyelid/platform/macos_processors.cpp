// SPDX-License-Identifier: MIT
#include <sys/sysctl.h>

#include <algorithm>
#include <array>
#include <thread>

#include "eyelid/platform/processors.hpp"

namespace eyelid::platform {

int usable_processors() {
  return static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
}

// macOS places threads itself.
bool keep_on_processor(int) { return false; }

std::string processor_model() {
  std::array<char, 256> name{};
  std::size_t size = name.size() - 1;
  const bool is_known =
      ::sysctlbyname("machdep.cpu.brand_string", name.data(), &size, nullptr, 0) == 0;
  return is_known ? name.data() : "unknown";
}

bool has_dot_products() {
#if defined(__aarch64__)
  return true;  // every processor of Apple's that runs macOS
#else
  return false;
#endif
}

// macOS on arm64 has none, and pages of 16 KiB.
void prefer_huge_pages(void*, std::size_t) {}

}  // namespace eyelid::platform
