// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "eyelid/model_files/named_tensor.hpp"

namespace eyelid::model_files {

/// True if the bytes begin like a .npy file.
bool is_numpy_file(std::span<const std::byte> bytes);

/// The arrays of a .npy file that holds one pickled dictionary {layer: {kind: array}}, as the MTCNN
/// weights were published; names "layer/kind", row-major in whatever order they are stored. Arrays
/// of 32- and 64-bit floats, little-endian. The pickle is never executed.
///
/// Throws InputError in one sentence for anything else, including plain arrays.
/// Source: numpy/lib/format.py (versions 1 to 3); ndarray.__reduce__.
std::vector<NamedTensor> read_numpy_dictionary(std::span<const std::byte> bytes,
                                               const std::string& source);

}  // namespace eyelid::model_files
