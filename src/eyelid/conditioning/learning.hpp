// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <vector>

#include "eyelid/conditioning/preset.hpp"
#include "eyelid/core/session_learning.hpp"

namespace eyelid::conditioning {

/// Figures of one session from the scores of one eye; the caller fills in folder, subject,
/// session, phase and group. Blocks hold 10, 20 and 100 judged trials, the last one fewer.
SessionLearning learning_of(std::span<const TrialScore> scores,
                            ScoredEye eye,
                            const Preset::Learning& rule);

/// Judged trials until the last `rule.trials` of them held at least `rule.percent` % CRs.
std::optional<int> trials_to_criterion(const std::vector<bool>& is_cr,
                                       const Preset::Learning& rule);

/// Points (mean, SEM and 95 % confidence interval over subjects per group, phase and session) and
/// criteria of all subjects.
///
/// `verdicts[i]` are the judged trials of `sessions[i]` in order. Trials to criterion count over
/// the acquisition sessions of a subject (phase "acquisition", or all when no phase is given), and
/// in the order of their numbers, whatever that of `sessions`; windows may span sessions; sessions
/// to criterion: the first of `rule.sessions` consecutive ones with `rule.percent` % or more.
/// Throws InputError that names a subject with the same session of a phase twice.
LearningSummary summarize_learning(std::vector<SessionLearning> sessions,
                                   const std::vector<std::vector<bool>>& verdicts,
                                   const Preset::Learning& rule);

/// Whether the judged trials with a CS hold a CR timed to the US, in order.
std::vector<bool> judged_verdicts(std::span<const TrialScore> scores, ScoredEye eye);

}  // namespace eyelid::conditioning
