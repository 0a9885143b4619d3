// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "eyelid/batch/manifest.hpp"
#include "eyelid/pipeline/score_session.hpp"
#include "eyelid/pipeline/track_session.hpp"

namespace eyelid::batch {

/// What all recordings of a batch share.
struct BatchRequest {
  std::filesystem::path root;    // each recording has a folder in it, named by its id
  pipeline::TrackRequest track;  // inputs, folder, trials, calibration, and times are of the row
  pipeline::ScoreRequest score;  // likewise
  /// Options that change what is written, as the user gave them: `--resume` does a recording again
  /// that was done with others.
  std::vector<std::string> track_options;
  std::vector<std::string> score_options;

  bool resume = false;          // leaves alone what is whole and what failed for good
  bool retries_failed = false;  // with resume: does again what failed for good
};

enum class Outcome { Done, DoneBefore, Failed, FailedBefore, Stopped };
std::string_view name_of(Outcome outcome);

struct RowResult {
  Outcome outcome = Outcome::Done;
  std::string message;  // of Failed, FailedBefore, and Stopped
  std::int64_t frames = 0;
  double seconds = 0.0;      // of work
  bool only_scored = false;  // it was tracked before
};

/// Attempts in a row that may end without a word (SIGKILL, no memory, a crash) before a recording
/// counts as failed.
inline constexpr int kMaxSilentAttempts = 3;

/// Tracks the recording of `row` into `request.root`/ID as `eyelid track` does, scores it as
/// `eyelid score` does where it has trials, and notes how it went in batch.json there. A fault of
/// the recording or the machine is in the result; other recordings are not concerned.
///
/// Whatever ends the program, the folder holds an older result or the newer one; the next attempt
/// with `resume` goes on from there. Throws Interrupted, noted as Stopped.
/// Threads: different rows in different processes, on any machines that share the root.
RowResult do_recording(const BatchRequest& request,
                       const ManifestRow& row,
                       const pipeline::TrackProgress& progress);

}  // namespace eyelid::batch
