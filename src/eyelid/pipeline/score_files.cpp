// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/score_files.hpp"

#include <algorithm>
#include <iterator>

#include "eyelid/files/output_check.hpp"
#include "eyelid/pipeline/imported_trace.hpp"
#include "eyelid/pipeline/recording_path.hpp"

namespace eyelid::pipeline {

std::vector<std::string> files_of_study() {
  return {"analysis.R",
          "analysis.py",
          "learning_blocks.csv",
          "learning_curve.csv",
          "learning.html",
          "sessions.csv",
          "trials_long.csv"};
}

std::vector<std::string> files_of_scoring() {
  std::vector<std::string> names = {"trials_placed.csv",
                                    "conditions.csv",
                                    "conditioning.html",
                                    "landmarks_dlc.csv",
                                    "landmarks_sleap.h5",
                                    "session.nwb"};
  std::ranges::copy(files_of_study(), std::back_inserter(names));
  names.emplace_back("trial_scores.csv");
  return names;
}

std::vector<std::filesystem::path> inputs_of(const ScoreRequest& request) {
  std::vector<std::filesystem::path> inputs = files_where_recording_may_be(request.folder);
  for (const std::filesystem::path& file : {request.trials_file,
                                            request.labels_file,
                                            request.calibration_file,
                                            request.events_file,
                                            request.trace_file,
                                            std::filesystem::path(request.preset)}) {
    if (!file.empty()) inputs.push_back(file);
  }
  if (request.trace_file.empty()) inputs.push_back(request.folder / "frames.csv");
  for (const char* name :
       {"blinks.csv", "landmarks.csv", "overlay.mp4", "report.html", "trials.csv", "labels.csv"}) {
    inputs.push_back(request.folder / name);
  }
  return inputs;
}

std::vector<std::string> replaced_files(const ScoreRequest& request) {
  std::vector<std::string> names = files_of_scoring();
  const std::filesystem::path placed = request.folder / "trials_placed.csv";
  if (request.sync_region.empty() && files::is_same_file(request.trials_file, placed)) {
    std::erase(names, "trials_placed.csv");
  }
  if (!request.trace_file.empty()) names.insert(names.begin(), {"frames.csv", kImportRecord});
  names.emplace_back("session.json");  // rewritten by note_files()
  return names;
}

}  // namespace eyelid::pipeline
