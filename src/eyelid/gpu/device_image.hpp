// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>
#include <vector>

namespace eyelid::gpu {

/// Constant data as one block of memory, laid out on the host and copied to the device in one go.
/// Pointers inside it are written as places in the block and become addresses in `bytes_at`.
class DeviceImage {
 public:
  /// A place in the block, aligned to 128 bytes.
  template <class T>
  struct Place {
    std::size_t offset = 0;
    // NOLINTNEXTLINE(performance-no-int-to-ptr): the address of another memory
    const T* at(std::uintptr_t base) const { return reinterpret_cast<const T*>(base + offset); }
  };

  template <class T>
  Place<T> add(std::span<const T> values) {
    static_assert(std::is_trivially_copyable_v<T>);
    const std::size_t offset = (bytes_.size() + 127) / 128 * 128;
    bytes_.resize(offset + values.size_bytes());
    if (!values.empty()) std::memcpy(bytes_.data() + offset, values.data(), values.size_bytes());
    return {offset};
  }
  template <class T>
  Place<T> add(const std::vector<T>& values) {
    return add(std::span<const T>(values));
  }
  /// The pointer `field` bytes into the object at `holder` is to point at `target`.
  template <class Holder, class T>
  void point(Place<Holder> holder, std::size_t index, std::size_t field, Place<T> target) {
    pointers_.push_back({holder.offset + index * sizeof(Holder) + field, target.offset});
  }

  std::size_t size() const { return bytes_.size(); }
  /// The block as it must lie at address `base`, which is aligned to 128 bytes.
  std::vector<std::byte> bytes_at(std::uintptr_t base) const {
    std::vector<std::byte> bytes = bytes_;
    for (const Pointer& pointer : pointers_) {
      const std::uintptr_t address = base + pointer.target;
      std::memcpy(bytes.data() + pointer.where, &address, sizeof address);
    }
    return bytes;
  }

 private:
  struct Pointer {
    std::size_t where;
    std::size_t target;
  };
  std::vector<std::byte> bytes_;
  std::vector<Pointer> pointers_;
};

}  // namespace eyelid::gpu
