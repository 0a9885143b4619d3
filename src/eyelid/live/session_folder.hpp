// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "eyelid/core/session.hpp"
#include "eyelid/files/run_folder.hpp"

namespace eyelid::live {

/// The folder of a live session, and the room on its disk.
///
/// What a camera showed cannot be made again: a folder that holds a session, or what is left of
/// one, is refused. The recording and the table of frames have their unfinished names while the
/// camera runs, and keep them if the program is killed.
class SessionFolder {
 public:
  /// Creates and locks it. Throws InputError: files of a session are there, and as
  /// files::RunFolder.
  explicit SessionFolder(const std::filesystem::path& folder);

  files::RunFolder& run() { return *run_; }
  std::filesystem::path unfinished_recording() const;
  std::filesystem::path unfinished_table() const;

  /// Whether the disk has room for the tables of so many frames, and for the page.
  bool has_room_for_tables(std::int64_t frames) const;
  /// And for a recording besides: it must leave a minute of tables.
  bool has_room_for_more(std::int64_t frames) const;

  /// Gives recording and table their names and hashes the recording into `identity`.
  void finish(bool has_recording, RecordingIdentity& identity);
  std::unique_ptr<files::RunFolder> take_run() { return std::move(run_); }

 private:
  std::filesystem::path folder_;
  std::unique_ptr<files::RunFolder> run_;
};

}  // namespace eyelid::live
