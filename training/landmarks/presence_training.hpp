// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "training/landmarks/landmark_training.hpp"

/// Trains the ensemble that tells whether there is an eye (landmarks/eye_presence.hpp).
/// `eyelid train presence` is a thin cover of this door.
namespace eyelid::training {

struct PresenceTrainingOptions {
  /// FORMAT:PATH of evaluation/landmark_datasets.hpp: faces, and the background around them.
  std::vector<std::string> datasets;
  /// Folder of single eyes, open and closed (read_eye_pictures()); empty: none.
  std::filesystem::path eye_pictures;
  std::size_t rendered_people = 150;
  double held_out_share = 0.0;  // of the scenes and of the people, to measure on
  int fold = 0;
  std::uint64_t seed = 1;
  int threads = 0;  // 0 = all processors allowed
};

/// Writes `folder`/eye_presence.safetensors. Reports, with held-out scenes, how many of their eyes
/// are kept and how many other places, by threshold. Same options, same bytes, for any number of
/// threads. A few minutes: there is nothing to resume. Throws InputError.
void train_presence_model(const PresenceTrainingOptions& options,
                          const std::filesystem::path& folder,
                          const ReportLine& report);

}  // namespace eyelid::training
