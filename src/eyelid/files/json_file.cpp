// SPDX-License-Identifier: MIT
#include "eyelid/files/json_file.hpp"

#include <nlohmann/json.hpp>

#include "eyelid/core/error.hpp"
#include "eyelid/files/input_file.hpp"

namespace eyelid::files {

template <class Json>
Json parse_json(std::string_view text) {
  using Event = typename Json::parse_event_t;
  const auto limit_depth = [](int depth, Event event, Json&) {
    const bool is_level = event == Event::object_start || event == Event::array_start;
    if (is_level && depth >= kMaxJsonDepth) {
      throw InputError("found JSON of more than " + std::to_string(kMaxJsonDepth) + " levels");
    }
    return true;
  };
  return Json::parse(text, limit_depth, /*allow_exceptions=*/false);
}

template <class Json>
Json parse_json_object(std::string_view text,
                       const std::string& place,
                       const std::string& expected) {
  const auto fail = [&](const std::string& found) {
    throw InputError(place + ": " + found + ", expected " + expected);
  };
  Json object;
  try {
    object = parse_json<Json>(text);
  } catch (const InputError& error) {
    fail(error.what());
  }
  if (!object.is_object()) fail("found text that is not a JSON object");
  return object;
}

template <class Json>
Json read_json_object(const std::filesystem::path& path,
                      const std::string& expected,
                      std::size_t max_bytes) {
  return parse_json_object<Json>(
      read_input_file(path, max_bytes, expected), path.string(), expected);
}

template <class Json>
std::string json_text(const Json& json, int indent) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

std::string json_excerpt(const nlohmann::json& value) {
  constexpr std::size_t kMaxShown_bytes = 80;
  // ASCII: a cut never splits a character.
  std::string text = value.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
  if (text.size() > kMaxShown_bytes) text.replace(kMaxShown_bytes - 3, std::string::npos, "...");
  return text;
}

template nlohmann::json parse_json(std::string_view);
template nlohmann::json parse_json_object(std::string_view, const std::string&, const std::string&);
template nlohmann::ordered_json parse_json_object(std::string_view,
                                                  const std::string&,
                                                  const std::string&);
template nlohmann::json read_json_object(const std::filesystem::path&,
                                         const std::string&,
                                         std::size_t);
template nlohmann::ordered_json read_json_object(const std::filesystem::path&,
                                                 const std::string&,
                                                 std::size_t);
template std::string json_text(const nlohmann::json&, int);
template std::string json_text(const nlohmann::ordered_json&, int);

}  // namespace eyelid::files
