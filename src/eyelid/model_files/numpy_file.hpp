// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "eyelid/model_files/named_tensor.hpp"

namespace eyelid::model_files {

/// Whether the bytes begin like a .npy file.
bool is_numpy_file(std::span<const std::byte> bytes);

/// The arrays of a .npy file that holds one pickled dictionary {layer: {kind: array}}, as the MTCNN
/// weights were published; names "layer/kind", row-major whatever order they are stored in. Arrays
/// of 32- and 64-bit floats, little-endian. Nothing of the pickle is executed.
///
/// Throws InputError in one sentence for everything else, plain arrays among them.
/// Source: numpy/lib/format.py (versions 1 to 3); ndarray.__reduce__.
std::vector<NamedTensor> read_numpy_dictionary(std::span<const std::byte> bytes,
                                               const std::string& source);

}  // namespace eyelid::model_files
