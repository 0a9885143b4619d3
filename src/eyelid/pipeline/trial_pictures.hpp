// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "eyelid/pipeline/score_session.hpp"
#include "eyelid/reports/conditioning_report.hpp"

namespace eyelid::pipeline {

/// Pictures of the eyes by trial number, or the reason why there are none.
struct TrialPictures {
  std::map<int, std::vector<reports::TrialPicture>> by_trial;
  std::string reason;
  std::vector<std::string> warnings;  // a table is missing; with Always, also pictures
};

enum class PictureChoice { Auto, Always, Never };

/// Decodes the recording of `session` once more (recording_of()) and cuts the eyes before the CS,
/// at the peak of the response before the US, and at the peak of the UR. With landmarks.csv in the
/// folder the lid points are drawn too; without, the upper half of the face box is shown. At most
/// 400 trials. Auto: recordings of up to 30,000 frames. Nothing is thrown for a recording that
/// is not found: `reason` says why.
TrialPictures cut_trial_pictures(const ScoredSession& session,
                                 PictureChoice choice,
                                 const std::function<void(std::int64_t frames_done)>& progress);

}  // namespace eyelid::pipeline
