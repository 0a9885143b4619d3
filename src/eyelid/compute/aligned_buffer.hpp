// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <type_traits>

#include "eyelid/compute/arena.hpp"

namespace eyelid::compute {

/// `count` zeroed numbers at an address that is a multiple of 64 bytes (a cache line, an AVX-512
/// register). Move-only; the size never changes, so pointers into it stay valid while it lives.
template <class T>
class AlignedBuffer {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  AlignedBuffer() = default;
  explicit AlignedBuffer(std::size_t count)
      : data_(static_cast<T*>(::operator new[](count * sizeof(T), kAlignment))), count_(count) {
    std::memset(static_cast<void*>(data_.get()), 0, count * sizeof(T));
  }

  /// A copy of `source` in the arena, which has to live as long.
  AlignedBuffer(const AlignedBuffer& source, Arena& arena)
      : data_(arena.take<T>(source.count_), Free{false}), count_(source.count_) {
    if (count_ > 0) {
      std::memcpy(static_cast<void*>(data_.get()), source.data_.get(), count_ * sizeof(T));
    }
  }

  T* data() { return data_.get(); }
  const T* data() const { return data_.get(); }
  std::size_t size() const { return count_; }
  T& operator[](std::size_t i) { return data_[i]; }
  const T& operator[](std::size_t i) const { return data_[i]; }
  std::span<T> span() { return {data_.get(), count_}; }
  std::span<const T> span() const { return {data_.get(), count_}; }

 private:
  static constexpr std::align_val_t kAlignment{64};
  struct Free {
    bool is_own = true;
    void operator()(T* memory) const {
      if (is_own) ::operator delete[](memory, kAlignment);
    }
  };
  std::unique_ptr<T[], Free> data_;
  std::size_t count_ = 0;
};

inline AlignedBuffer<float> aligned_copy(std::span<const float> values) {
  AlignedBuffer<float> copy(values.size());
  std::copy(values.begin(), values.end(), copy.data());
  return copy;
}

}  // namespace eyelid::compute
