// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string_view>

namespace eyelid::reports {

/// Writes the page over many sessions to `path`: the rows of `table` (recordings.csv of
/// batch/collection.hpp) to be sorted, filtered, and opened. Links are relative to the page, which
/// belongs beside the folders of the sessions.
///
/// The rows pass one by one: memory does not grow with them. Errors: as tables::CsvReader and
/// files::AtomicFile.
void write_collection_page(const std::filesystem::path& path,
                           const std::filesystem::path& table,
                           std::string_view title);

}  // namespace eyelid::reports
