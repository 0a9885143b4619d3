// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace eyelid::files {

// Json: nlohmann::json, or nlohmann::ordered_json, which keeps the order of the keys.

/// Levels of objects and lists in JSON from outside. Our own files have 5; copying, printing, and
/// comparing a value takes stack for each level.
inline constexpr int kMaxJsonDepth = 64;

/// JSON from outside; a discarded value for other text.
/// Errors: InputError for more than kMaxJsonDepth levels, found while parsing.
template <class Json = nlohmann::json>
Json parse_json(std::string_view text);

/// The JSON object in a text. Errors: InputError "PLACE: found, expected EXPECTED".
template <class Json = nlohmann::json>
Json parse_json_object(std::string_view text,
                       const std::string& place,
                       const std::string& expected);

/// The JSON object that a file holds. `expected` says in errors what the file should be: "a preset
/// of eyelid".
/// Errors: InputError naming the file, what was found and `expected`: no regular file, not
/// readable, more than `max_bytes` or kMaxJsonDepth, or anything but one JSON object.
template <class Json = nlohmann::json>
Json read_json_object(const std::filesystem::path& path,
                      const std::string& expected,
                      std::size_t max_bytes = std::size_t{16} << 20);

/// JSON as text, on one line unless `indent` is 0 or more. Bytes that are not UTF-8, which names
/// from outside may hold, are replaced.
template <class Json>
std::string json_text(const Json& json, int indent = -1);

/// The beginning of a value for an error message: at most 80 bytes, ASCII.
std::string json_excerpt(const nlohmann::json& value);

}  // namespace eyelid::files
