// SPDX-License-Identifier: MIT
#include "eyelid/live/session_folder.hpp"

#include <array>
#include <system_error>
#include <utility>
#include <vector>

#include "eyelid/core/error.hpp"
#include "eyelid/files/output_check.hpp"
#include "eyelid/pipeline/recording_identity.hpp"
#include "eyelid/pipeline/track_session.hpp"

namespace eyelid::live {
namespace {

namespace fs = std::filesystem;

constexpr const char* kRecording = "recording.mkv";
constexpr const char* kTable = "timestamps.csv";
constexpr const char* kUnfinishedRecording = "recording.unfinished.mkv";
constexpr const char* kUnfinishedTable = "timestamps.unfinished.csv";

// Per frame: frames.csv up to 150 bytes, and the spools, which have been written already.
constexpr std::uintmax_t kTableBytesPerFrame = 170;
constexpr std::uintmax_t kPage_bytes = std::uintmax_t{4} << 20;
// While a recording goes on: timestamps.csv, spools and frames.csv of a minute at 500 frames/s.
constexpr std::uintmax_t kMinute_bytes = std::uintmax_t{30'000} * 480;

std::vector<std::string> files_of_live_session() {
  std::vector<std::string> names = pipeline::files_of_session();
  // session.json stays last.
  names.insert(names.end() - 1, {kTable, "events.csv", "trials.csv", "calibration.json"});
  return names;
}

void refuse_older_sessions(const fs::path& folder) {
  std::error_code error;
  for (const char* name : {"session.json",
                           kRecording,
                           kTable,
                           kUnfinishedRecording,
                           kUnfinishedTable,
                           "frames.csv",
                           "events.csv",
                           "trials.csv",
                           "calibration.json"}) {
    if (!fs::exists(fs::symlink_status(folder / name, error))) continue;
    throw InputError((folder / name).string() +
                     ": is of an earlier session, expected a new folder: what a camera showed "
                     "cannot be made again");
  }
}

std::uintmax_t room_in(const fs::path& folder) {
  std::error_code error;
  const fs::space_info space = fs::space(folder, error);
  return error ? UINTMAX_MAX : space.available;
}

}  // namespace

SessionFolder::SessionFolder(const fs::path& folder) : folder_(folder) {
  refuse_older_sessions(folder_);
  run_ = std::make_unique<files::RunFolder>(folder_, files_of_live_session());
}

fs::path SessionFolder::unfinished_recording() const { return folder_ / kUnfinishedRecording; }
fs::path SessionFolder::unfinished_table() const { return folder_ / kUnfinishedTable; }

bool SessionFolder::has_room_for_tables(std::int64_t frames) const {
  const auto count = static_cast<std::uintmax_t>(frames);
  return room_in(folder_) > count * kTableBytesPerFrame + kPage_bytes / 4;
}

bool SessionFolder::has_room_for_more(std::int64_t frames) const {
  const auto count = static_cast<std::uintmax_t>(frames);
  return room_in(folder_) > count * kTableBytesPerFrame + kPage_bytes + kMinute_bytes;
}

void SessionFolder::finish(bool has_recording, RecordingIdentity& identity) {
  fs::rename(unfinished_table(), run_->staged(kTable));
  if (!has_recording) return;
  const fs::path recording = folder_ / kRecording;
  fs::rename(unfinished_recording(), recording);
  identity = pipeline::identity_of(std::array{recording});
  identity.paths.push_back(kRecording);
}

}  // namespace eyelid::live
