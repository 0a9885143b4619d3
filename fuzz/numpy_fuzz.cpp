// SPDX-License-Identifier: MIT
#include <cstddef>
#include <cstdint>
#include <vector>

#include "eyelid/core/error.hpp"
#include "eyelid/model_files/numpy_file.hpp"

/// Any bytes end in a result or an InputError. The copy keeps the alignment of a read file.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto* begin = reinterpret_cast<const std::byte*>(data);
  const std::vector<std::byte> bytes(begin, begin + size);
  try {
    eyelid::model_files::read_numpy_dictionary(bytes, "fuzz");
  } catch (const eyelid::InputError&) {
  }
  return 0;
}
