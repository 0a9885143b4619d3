// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string_view>

namespace eyelid::app {

/// {"command", "version", "machine"}: the head of everything `--json` writes.
nlohmann::ordered_json json_head(std::string_view command);

/// Writes beside, then renames. Throws InputError when the file cannot be written.
void write_json(const std::filesystem::path& path, const nlohmann::ordered_json& json);

/// The number, or null when it is not finite (JSON has no NaN).
nlohmann::ordered_json json_number(double value);
nlohmann::ordered_json json_or_null(const std::optional<double>& value);
nlohmann::ordered_json json_or_null(const std::optional<int>& value);

}  // namespace eyelid::app
