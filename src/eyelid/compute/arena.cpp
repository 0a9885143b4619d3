// SPDX-License-Identifier: MIT
#include "eyelid/compute/arena.hpp"

#include <cstring>
#include <new>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace eyelid::compute {
namespace {

constexpr std::size_t kPage = std::size_t{2} << 20;
constexpr std::size_t kLine = 64;

std::size_t round_up(std::size_t bytes, std::size_t step) {
  return (bytes + step - 1) / step * step;
}

}  // namespace

void Arena::Free::operator()(std::byte* memory) const {
  ::operator delete[](memory, std::align_val_t{kPage});
}

void* Arena::take_bytes(std::size_t bytes) {
  bytes = round_up(bytes, kLine);
  if (bytes > left_) {
    const std::size_t size = round_up(bytes, kPage);
    chunks_.emplace_back(static_cast<std::byte*>(::operator new[](size, std::align_val_t{kPage})));
    next_ = chunks_.back().get();
    left_ = size;
#if defined(__linux__)
    // Only a wish: where the system refuses, the pages are small and everything else is the same.
    static_cast<void>(madvise(next_, size, MADV_HUGEPAGE));
#endif
    std::memset(next_, 0, size);
  }
  std::byte* piece = next_;
  next_ += bytes;
  left_ -= bytes;
  return piece;
}

}  // namespace eyelid::compute
