// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace eyelid::batch {

/// One recording of a batch.
struct ManifestRow {
  std::string id;                     // name of its folder below the root of the batch
  std::filesystem::path video;        // film, folder of films, or folder of pictures
  std::filesystem::path trials;       // empty: the recording is not scored
  std::filesystem::path calibration;  // empty: levels from the recording
  std::filesystem::path timestamps;   // empty: times of the container
  std::string subject;
  std::optional<int> session;  // from 1, of the subject
  std::string phase;
  std::string group;
  std::string note;       // of the user; goes into the table of the batch
  std::int64_t line = 0;  // in the manifest, from 1
};

/// What an id is expected to be, where `id` is not: a name of one folder on every file system,
/// which cannot lead out of the root. Nothing for a good one.
std::optional<std::string> fault_of_id(std::string_view id);

/// Reads a manifest: a table with the columns `id,video` and any of `trials`, `calibration`,
/// `timestamps`, `subject`, `session`, `phase`, `group`, and `note`. Paths are relative to the
/// manifest. Files are not looked for: a task of a cluster needs those of its own rows only.
/// Errors: as tables::CsvReader; InputError also for a column it does not know, an id that
/// fault_of_id() refuses or that comes twice (in upper or lower case), and a table without rows.
std::vector<ManifestRow> read_manifest(const std::filesystem::path& path);

/// Rows of a task, [first, last) from 0.
struct TaskRows {
  std::size_t first = 0;
  std::size_t last = 0;
};

/// Of `rows` rows (>= 1), `per_task` (>= 1) to a task: those of `task`, counted from 1. Nothing for
/// a task that has none.
std::optional<TaskRows> rows_of_task(std::size_t rows, std::int64_t task, std::int64_t per_task);

}  // namespace eyelid::batch
