// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include "eyelid/batch/batch_record.hpp"
#include "eyelid/core/session.hpp"
#include "eyelid/files/sha256.hpp"
#include "eyelid/tables/session_json.hpp"

namespace eyelid::batch::testing {

/// A made-up session: its tables in short, session.json that lists them, and batch.json.
inline void make_session(const std::filesystem::path& root,
                         const std::string& id,
                         RowState state = RowState::Done) {
  const std::filesystem::path folder = root / id;
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "frames.csv") << "frame,time_s\n0,0\n";
  std::ofstream(folder / "sessions.csv")
      << "eye,judged,rejected,percent_cr,percent_cr_any,onset_median_ms,amplitude_mean\n"
         "right,9,1,10,20,,-0.01\nmean,8,2,25,37.5,210.5,-0.02\n";
  SessionSummary summary;
  summary.closure.frames = 300;
  summary.closure.valid_frames = 150;
  summary.closure.duration_s = 2.99;  // 300 frames at 100 frames/s
  summary.closure.blinks = {2, 1};
  summary.warnings = {"too dark"};
  summary.run.id = "run";
  for (const char* name : {"frames.csv", "sessions.csv"}) {
    summary.run.sha256[name] = files::sha256_of_file(folder / name);
  }
  tables::write_session_json(folder / "session.json", summary);
  BatchRecord record;
  record.row.id = id;
  record.row.subject = "anna";
  record.row.video = "/films/" + id + ".mkv";
  record.state = state;
  record.warnings = {"few trials"};
  if (state != RowState::Done) record.message = "film.mkv: no video stream";
  write_record(folder, record);
}

}  // namespace eyelid::batch::testing
