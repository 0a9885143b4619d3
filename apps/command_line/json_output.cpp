// SPDX-License-Identifier: MIT
#include "apps/command_line/json_output.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "eyelid/compute/machine.hpp"
#include "eyelid/core/version.hpp"
#include "eyelid/files/atomic_file.hpp"
#include "eyelid/files/json_file.hpp"
#include "eyelid/reports/report_page.hpp"

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

std::string json_text(const nlohmann::ordered_json& json) {
  return files::json_text(json, 2) + "\n";
}

void write_json(const std::filesystem::path& path, const nlohmann::ordered_json& json) {
  files::write_file(path, json_text(json));
}

void write_html(const std::filesystem::path& path,
                const std::string& page_template,
                std::span<const files::EmbeddedFile> files,
                const std::string& title,
                const nlohmann::ordered_json& data) {
  const std::string text = files::json_text(data);
  files::write_file(path, reports::fill_page(page_template, files, title, text));
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
