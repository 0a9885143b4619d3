// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace eyelid::model_files {

/// The bytes of an embedded model by its file name in models/ ("landmarks.safetensors"). Empty if
/// there is none. Aligned to 64 bytes; valid for the lifetime of the program.
std::span<const std::byte> embedded_model(std::string_view name);

/// Names of all embedded models, in the order of models/CMakeLists.txt.
std::vector<std::string_view> embedded_model_names();

}  // namespace eyelid::model_files
