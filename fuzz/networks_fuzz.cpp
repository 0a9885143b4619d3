// SPDX-License-Identifier: MIT
#include <cstddef>
#include <cstdint>
#include <vector>

#include "eyelid/core/error.hpp"
#include "eyelid/networks/blazeface_weights.hpp"
#include "eyelid/networks/mtcnn_weights.hpp"
#include "eyelid/networks/point_network_weights.hpp"

namespace {

template <class Load>
void try_to(Load load) {
  try {
    load();
  } catch (const eyelid::InputError&) {
  }
}

}  // namespace

/// Any bytes end in weights or an InputError. The copy keeps the alignment of a read file.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace eyelid::networks;
  const auto* begin = reinterpret_cast<const std::byte*>(data);
  const std::vector<std::byte> bytes(begin, begin + size);
  try_to([&] { point_network_shape(bytes, "fuzz"); });
  try_to([&] { load_point_network(kEyeFinder, bytes, "fuzz"); });
  try_to([&] { load_point_network(kLidFinder, bytes, "fuzz"); });
  try_to([&] { load_mtcnn(bytes, "fuzz"); });
  try_to([&] { load_blazeface(bytes, "fuzz"); });
  return 0;
}
