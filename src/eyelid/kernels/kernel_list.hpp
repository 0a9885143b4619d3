// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

namespace eyelid::kernels {

/// Every variant of an operation that this build holds, fastest first; the last one is the scalar
/// definition, which needs nothing. `Kernels` names its instruction set (`isa`) and the
/// compute::CpuFeature bits that it `needs`.
template <class Kernels>
class KernelList {
 public:
  template <std::size_t count>
  constexpr explicit KernelList(const Kernels (&variants)[count])
      : begin_(variants), end_(variants + count) {}

  const Kernels* begin() const { return begin_; }
  const Kernels* end() const { return end_; }
  const Kernels& scalar() const { return end_[-1]; }

  /// The fastest variant for these compute::CpuFeature bits.
  const Kernels& pick(std::uint32_t features) const {
    const Kernels* variant = begin_;
    while ((variant->needs & features) != variant->needs) ++variant;
    return *variant;
  }

 private:
  const Kernels* begin_;
  const Kernels* end_;
};

}  // namespace eyelid::kernels
