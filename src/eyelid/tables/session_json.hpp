// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "eyelid/core/session.hpp"

namespace eyelid::tables {

/// Version of the layout of session.json; a reader refuses later ones.
inline constexpr int kSessionFormatVersion = 1;

/// The text of session.json: keys always in the same order, figures that are not available are
/// null, bytes that are not UTF-8 (file names) are replaced.
std::string session_json(const SessionSummary& summary);

/// The text of the session.json at `path` with other files in its run: `removed` are forgotten,
/// then `added` noted, SHA-256 by name. Everything else stays, also keys that this version does not
/// know. Errors: InputError for a file that is missing or not a JSON object.
std::string session_json_with_files(const std::filesystem::path& path,
                                    std::span<const std::string> removed,
                                    const std::map<std::string, std::string>& added);

/// Writes session.json; it appears under its name only when complete. Errors: as AtomicFile.
void write_session_json(const std::filesystem::path& path, const SessionSummary& summary);

/// Reads session.json. Keys it does not know are ignored, keys it misses keep their default.
/// Errors: InputError for a file that is missing, not JSON, not a session, or has a key of the
/// wrong type.
SessionSummary read_session_json(const std::filesystem::path& path);

/// The same of a text; `place` begins the messages.
SessionSummary session_from_json(std::string_view text, const std::string& place);

}  // namespace eyelid::tables
