// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

namespace eyelid::compute {

/// Zeroed memory handed out piece after piece and given back all at once: what is used together
/// lies together. Taken from the system in pages of 2 MiB (Linux, where transparent huge pages are
/// on; ordinary ones elsewhere): a few address translations serve it all, which counts when
/// something else has run in between. Move-only: pieces stay where they are, and the source is
/// empty afterwards.
class Arena {
 public:
  Arena() = default;
  Arena(Arena&& other) noexcept { *this = std::move(other); }
  Arena& operator=(Arena&& other) noexcept;

  /// `count` numbers at an address that is a multiple of 64 bytes, valid while the arena lives.
  template <class T>
  T* take(std::size_t count) {
    static_assert(std::is_trivially_copyable_v<T>);
    return static_cast<T*>(take_bytes(count * sizeof(T)));
  }

 private:
  void* take_bytes(std::size_t bytes);

  struct Free {
    void operator()(std::byte* memory) const;
  };
  std::vector<std::unique_ptr<std::byte[], Free>> chunks_;
  std::byte* next_ = nullptr;
  std::size_t left_ = 0;  // bytes behind next_
};

}  // namespace eyelid::compute
