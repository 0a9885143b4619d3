// SPDX-License-Identifier: MIT
#include "eyelid/files/json_file.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <system_error>

#include "eyelid/core/error.hpp"

namespace eyelid::files {

template <class Json>
Json read_json_object(const std::filesystem::path& path,
                      const std::string& expected,
                      std::uintmax_t max_bytes) {
  const auto fail = [&](const std::string& found, const std::string& size = "") {
    throw InputError(path.string() + ": " + found + ", expected " + expected + size);
  };
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) fail("is a folder");
  std::ifstream file(path, std::ios::binary);
  if (!file) fail(std::string("cannot be read (") + std::strerror(errno) + ")");
  const std::uintmax_t size = std::filesystem::file_size(path, error);  // a pipe has none
  if (!error && size > max_bytes) {
    fail(std::to_string(size) + " bytes", " of at most " + std::to_string(max_bytes));
  }
  Json object = Json::parse(file, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) fail("found text that is not a JSON object");
  return object;
}

template <class Json>
std::string json_text(const Json& json, int indent) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

template nlohmann::json read_json_object(const std::filesystem::path&,
                                         const std::string&,
                                         std::uintmax_t);
template nlohmann::ordered_json read_json_object(const std::filesystem::path&,
                                                 const std::string&,
                                                 std::uintmax_t);
template std::string json_text(const nlohmann::json&, int);
template std::string json_text(const nlohmann::ordered_json&, int);

}  // namespace eyelid::files
