// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <new>

#include "eyelid/platform/processors.hpp"

namespace eyelid::landmarks {

/// Zeroed memory for the leaves and nodes of a model. A prediction touches thousands of rows all
/// over megabytes; on pages of 2 MB, asked for where the system has them, the processor finds their
/// addresses without walking page tables. Some bytes behind the last row are readable.
class ModelMemory {
 public:
  ModelMemory() = default;
  explicit ModelMemory(std::size_t bytes) {
    const std::size_t size = (bytes + kSlack + kHugePage - 1) / kHugePage * kHugePage;
    data_.reset(static_cast<std::byte*>(::operator new (size, std::align_val_t{kHugePage})));
    if (bytes >= kHugePage) platform::prefer_huge_pages(data_.get(), size);
    std::memset(data_.get(), 0, bytes + kSlack);
  }

  std::byte* data() { return data_.get(); }

 private:
  static constexpr std::size_t kHugePage = std::size_t{2} << 20;
  static constexpr std::size_t kSlack = 64;
  struct Free {
    void operator()(std::byte* memory) const {
      ::operator delete (memory, std::align_val_t{kHugePage});
    }
  };
  std::unique_ptr<std::byte, Free> data_;
};

}  // namespace eyelid::landmarks
