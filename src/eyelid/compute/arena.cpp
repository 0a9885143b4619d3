// SPDX-License-Identifier: MIT
#include "eyelid/compute/arena.hpp"

#include <cstring>
#include <new>
#include <utility>

#include "eyelid/platform/processors.hpp"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#endif

namespace eyelid::compute {
namespace {

constexpr std::size_t kPage = std::size_t{2} << 20;
constexpr std::size_t kLine = 64;

std::size_t round_up(std::size_t bytes, std::size_t step) {
  return (bytes + step - 1) / step * step;
}

// With the address sanitizer a forbidden line behind every piece, as allocations of their own have.
#if defined(__SANITIZE_ADDRESS__)
constexpr std::size_t kForbidden = kLine;
void forbid(std::byte* memory) { __asan_poison_memory_region(memory, kForbidden); }
#else
constexpr std::size_t kForbidden = 0;
void forbid(std::byte*) {}
#endif

}  // namespace

Arena& Arena::operator=(Arena&& other) noexcept {
  chunks_ = std::exchange(other.chunks_, {});
  next_ = std::exchange(other.next_, nullptr);
  left_ = std::exchange(other.left_, 0);
  return *this;
}

void Arena::Free::operator()(std::byte* memory) const {
  ::operator delete[](memory, std::align_val_t{kPage});
}

void* Arena::take_bytes(std::size_t bytes) {
  bytes = round_up(bytes, kLine) + kForbidden;
  if (bytes > left_) {
    const std::size_t size = round_up(bytes, kPage);
    std::unique_ptr<std::byte[], Free> chunk(
        static_cast<std::byte*>(::operator new[](size, std::align_val_t{kPage})));
    chunks_.push_back(std::move(chunk));
    next_ = chunks_.back().get();
    left_ = size;
    platform::prefer_huge_pages(next_, size);
    std::memset(next_, 0, size);
  }
  std::byte* piece = next_;
  next_ += bytes;
  left_ -= bytes;
  forbid(next_ - kForbidden);
  return piece;
}

}  // namespace eyelid::compute
