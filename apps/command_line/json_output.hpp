// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "eyelid/files/embedded_files.hpp"

namespace eyelid::app {

/// {"command", "version", "machine"}: the head of everything `--json` writes.
nlohmann::ordered_json json_head(std::string_view command);

/// As `--json` writes it.
std::string json_text(const nlohmann::ordered_json& json);

/// Writes beside, then renames. Throws InputError when the file cannot be written.
void write_json(const std::filesystem::path& path, const nlohmann::ordered_json& json);

/// Writes the page that `page_template`, one of `files`, makes of the data: reports::fill_page.
/// Writes beside, then renames. Throws InputError when the file cannot be written.
void write_html(const std::filesystem::path& path,
                const std::string& page_template,
                std::span<const files::EmbeddedFile> files,
                const std::string& title,
                const nlohmann::ordered_json& data);

/// The number, or null when it is not finite (JSON has no NaN).
nlohmann::ordered_json json_number(double value);
nlohmann::ordered_json json_or_null(const std::optional<double>& value);
nlohmann::ordered_json json_or_null(const std::optional<int>& value);

}  // namespace eyelid::app
