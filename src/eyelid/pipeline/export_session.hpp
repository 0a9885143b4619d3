// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "eyelid/pipeline/score_session.hpp"

namespace eyelid::pipeline {

/// What NWB asks for and a recording does not say; empty: not known.
struct ExportDetails {
  std::vector<std::string> formats;  // "dlc", "sleap", "nwb"
  std::string start_time;            // ISO 8601, when the recording began
  std::string species;               // else Homo sapiens
  std::string sex;                   // M, F, O, U
  std::string age;                   // ISO 8601, "P30Y"
};

/// Writes a scored session for other programs into its run: "dlc" (landmarks_dlc.csv), "sleap"
/// (landmarks_sleap.h5), "nwb" (session.nwb). Without a start time the modification time of the
/// recording is taken, which is said in the warnings.
///
/// Returns where the files will be; adds sentences to `warnings`. Throws InputError: an unknown
/// format, no landmarks.csv for dlc and sleap or one of another run, a file that cannot be written.
std::vector<std::filesystem::path> export_session(const ScoredSession& session,
                                                  const ExportDetails& details,
                                                  std::vector<std::string>& warnings);

}  // namespace eyelid::pipeline
