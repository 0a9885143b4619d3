// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <vector>

namespace eyelid::model_files {

/// One object of a pickle. Children are indices into PickleObjects, so that even a hostile pickle
/// (nested a million deep, containing itself) costs no more than its own size.
struct PickleValue {
  enum class Kind { None, Boolean, Integer, Float, Text, Tuple, List, Dict, Global, Call, Storage };
  Kind kind = Kind::None;
  std::int64_t integer = 0;  // Integer, Boolean
  std::string text{};        // Text, bytes; Global: "module name"; Call: the global called
  /// Tuple, List; Call: arguments, then the state set afterwards; Dict: key, value, key, value, ...
  std::vector<std::size_t> items{};
};

struct PickleObjects {
  std::deque<PickleValue> values;
  std::size_t root = 0;
  std::size_t size = 0;  // bytes of the pickle, including STOP

  const PickleValue& at(std::size_t index) const { return values[index]; }
};

/// Reads one pickle at the beginning of `bytes`: protocols 2 to 4, restricted to the operations
/// that torch.save writes for tensors and numpy.save for dictionaries of arrays. Nothing is ever
/// executed: calls are kept as data, and only calls of OrderedDict and of the array builders of
/// PyTorch and numpy are accepted. Persistent ids become Storage.
///
/// Throws InputError without a file name: "the pickle ...".
PickleObjects read_pickle(std::span<const std::byte> bytes);

}  // namespace eyelid::model_files
