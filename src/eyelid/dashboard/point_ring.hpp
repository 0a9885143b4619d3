// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <optional>

namespace eyelid::dashboard {

/// A queue of at most `size` items (a power of 2) from one thread to one other. Neither ever waits.
template <class Item, std::size_t size>
class PointRing {
  static_assert((size & (size - 1)) == 0);

 public:
  /// False: full, and the item is not taken. For the writing thread.
  bool put(const Item& item) {
    const std::size_t end = end_.load(std::memory_order_relaxed);
    if (end - begin_.load(std::memory_order_acquire) == size) return false;
    items_[end % size] = item;
    end_.store(end + 1, std::memory_order_release);
    return true;
  }

  /// The oldest item. For the reading thread.
  std::optional<Item> take() {
    const std::size_t begin = begin_.load(std::memory_order_relaxed);
    if (begin == end_.load(std::memory_order_acquire)) return std::nullopt;
    const Item item = items_[begin % size];
    begin_.store(begin + 1, std::memory_order_release);
    return item;
  }

 private:
  // Counts that only grow, each on a cache line of its own.
  alignas(64) std::atomic<std::size_t> begin_ = 0;
  alignas(64) std::atomic<std::size_t> end_ = 0;
  std::array<Item, size> items_{};
};

}  // namespace eyelid::dashboard
