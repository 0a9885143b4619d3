// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "eyelid/core/trial_score.hpp"
#include "eyelid/reports/conditioning_report.hpp"
#include "eyelid/tables/event_log_csv.hpp"
#include "eyelid/tables/frames_csv.hpp"
#include "eyelid/video/frame_source.hpp"

namespace eyelid::pipeline {

/// Whole pixels of the picture.
struct PixelRegion {
  int x = 0;
  int y = 0;
  int width = 0;
  int height = 0;
};

/// "x,y,w,h". Throws InputError.
PixelRegion region_from(const std::string& text);

/// Trials on the video's clock, and how they got there.
struct PlacedTrials {
  std::vector<TrialRow> rows;
  reports::ClockAlignmentReport findings;
  std::vector<std::string> warnings;
};

/// Reads the recording, measures the sync LED in `region` at the times of its frames in `frames`
/// (frames.csv) and places the trials by it: with `events` their "sync" events are the pulses of
/// the LED, or their "cs" where there are none, and the trials come from the log; else with `rows`
/// the LED turns on with the CS of each; with neither each onset is a trial whose US follows
/// `isi_s` later, and an LED that is dark for up to `isi_s` is still on. Offset and drift are
/// fitted, the residuals are in the findings. `file` is where the events or rows are from, for
/// messages; a temporary file of 16 bytes per frame lies in `work_folder`. Throws InputError: the
/// region extends beyond the picture, no LED, pulses that do not match, a recording with fewer
/// frames than frames.csv.
PlacedTrials place_trials(video::FrameSource& source,
                          tables::FramesCsvReader& frames,
                          const PixelRegion& region,
                          const std::string& file,
                          const std::vector<tables::LoggedEvent>& events,
                          const std::vector<TrialRow>& rows,
                          double isi_s,
                          const std::filesystem::path& work_folder);

}  // namespace eyelid::pipeline
