// SPDX-License-Identifier: MIT
#include "eyelid/model_files/user_models.hpp"

#include <cstdlib>
#include <system_error>

namespace eyelid::model_files {
namespace {

std::filesystem::path absolute_path_in(const char* variable) {
  const char* value = std::getenv(variable);
  const std::filesystem::path path = value == nullptr ? "" : value;
  return path.is_absolute() ? path : std::filesystem::path();
}

}  // namespace

std::filesystem::path user_model_folder() {
  std::filesystem::path data = absolute_path_in("XDG_DATA_HOME");
  if (data.empty()) {
    const std::filesystem::path home = absolute_path_in("HOME");
    if (home.empty()) return {};
    data = home / ".local" / "share";
  }
  return data / "eyelid" / "models";
}

std::optional<std::filesystem::path> find_user_model(std::string_view file_name) {
  const std::filesystem::path folder = user_model_folder();
  if (folder.empty()) return std::nullopt;
  std::filesystem::path path = folder / file_name;
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return std::nullopt;
  return path;
}

}  // namespace eyelid::model_files
