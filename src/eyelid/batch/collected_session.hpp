// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "eyelid/batch/collection.hpp"
#include "eyelid/batch/manifest.hpp"
#include "eyelid/core/session.hpp"
#include "eyelid/tables/csv_writer.hpp"

namespace eyelid::batch {

/// Figures of a scored session, on the mean of the eyes: as in its sessions.csv, NaN where that is
/// empty.
struct ScoreFigures {
  std::int64_t judged = 0;
  std::int64_t rejected = 0;
  double percent_cr = 0.0;
  double percent_cr_any = 0.0;
  double onset_median_ms = 0.0;
  double amplitude_mean = 0.0;
};

/// A row of recordings.csv.
struct CollectedSession {
  ManifestRow row;  // of the manifest, or of batch.json
  SessionState state = SessionState::Missing;
  std::string message;
  std::optional<SessionSummary> summary;
  std::optional<ScoreFigures> scores;
  std::vector<std::string> warnings;  // of tracking, then of scoring
};

/// Reads one folder below the root. `row` of the manifest, or with the id alone.
CollectedSession collected_session(const std::filesystem::path& root,
                                   const ManifestRow& row,
                                   FileCheck check);

/// Header of recordings.csv.
extern const std::string_view kCollectionHeader;
void write_collected(const CollectedSession& session, tables::CsvWriter& table);

}  // namespace eyelid::batch
