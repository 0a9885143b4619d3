// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace eyelid::files {

// Json: nlohmann::json, or nlohmann::ordered_json, which keeps the order of the keys.

/// The JSON object that a file holds. `expected` says in errors what the file should be: "a preset
/// of eyelid".
/// Errors: InputError naming the file, what was found and `expected`: a folder, not readable, more
/// than `max_bytes`, or anything but one JSON object.
template <class Json = nlohmann::json>
Json read_json_object(const std::filesystem::path& path,
                      const std::string& expected,
                      std::uintmax_t max_bytes = std::numeric_limits<std::uintmax_t>::max());

/// JSON as text, on one line unless `indent` is 0 or more. Bytes that are not UTF-8, which names
/// from outside may hold, are replaced.
template <class Json>
std::string json_text(const Json& json, int indent = -1);

}  // namespace eyelid::files
