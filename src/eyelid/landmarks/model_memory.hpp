// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace eyelid::landmarks {

/// Zeroed memory for the leaves and nodes of a model. A prediction touches thousands of rows all
/// over megabytes; on pages of 2 MB, asked for where the system has them, the processor finds their
/// addresses without walking page tables. Some bytes behind the last row are readable.
class ModelMemory {
 public:
  ModelMemory() = default;
  explicit ModelMemory(std::size_t bytes) {
    const std::size_t size = (bytes + kSlack + kHugePage - 1) / kHugePage * kHugePage;
    data_.reset(static_cast<std::byte*>(std::aligned_alloc(kHugePage, size)));
    if (data_ == nullptr) throw std::bad_alloc();
#if defined(__linux__)
    if (bytes >= kHugePage) madvise(data_.get(), size, MADV_HUGEPAGE);  // a wish: may be refused
#endif
    std::memset(data_.get(), 0, bytes + kSlack);
  }

  std::byte* data() { return data_.get(); }

 private:
  static constexpr std::size_t kHugePage = std::size_t{2} << 20;
  static constexpr std::size_t kSlack = 64;
  struct Free {
    void operator()(std::byte* memory) const { std::free(memory); }
  };
  std::unique_ptr<std::byte, Free> data_;
};

}  // namespace eyelid::landmarks
