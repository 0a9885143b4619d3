// SPDX-License-Identifier: MIT
#include "apps/command_line/json_output.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "eyelid/compute/machine.hpp"
#include "eyelid/core/version.hpp"
#include "eyelid/files/atomic_file.hpp"

namespace eyelid::app {

nlohmann::ordered_json json_head(std::string_view command) {
  const compute::Machine machine = compute::this_machine();
  nlohmann::ordered_json json;
  json["command"] = command;
  json["version"] = kVersion;
  json["machine"] = {{"cpu", machine.cpu_model},
                     {"features", machine.cpu_features},
                     {"threads", machine.hardware_threads},
                     {"gpu", nullptr},
                     {"build", kBuildType},
                     {"compiler", kCompiler}};
  return json;
}

void write_json(const std::filesystem::path& path, const nlohmann::ordered_json& json) {
  files::AtomicFile file(path);
  // A file name from outside may hold bytes that are not UTF-8.
  file.write(json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
  file.commit();
}

nlohmann::ordered_json json_number(double value) {
  return std::isfinite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json(nullptr);
}

nlohmann::ordered_json json_or_null(const std::optional<double>& value) {
  return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json(nullptr);
}

nlohmann::ordered_json json_or_null(const std::optional<int>& value) {
  return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json(nullptr);
}

}  // namespace eyelid::app
