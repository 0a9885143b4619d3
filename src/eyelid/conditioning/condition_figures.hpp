// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <vector>

#include "eyelid/core/session_learning.hpp"

namespace eyelid::conditioning {

/// Values of one condition that are reported: a column with more is a measurement (a reaction time,
/// a file name), no condition.
inline constexpr std::size_t kMaxConditionValues = 20;

/// Figures of a session by the conditions of its trials, in the order of the columns and of the
/// first appearance of a value; every condition with 2 to kMaxConditionValues values. From the
/// final verdicts, as learning_of().
std::vector<ConditionFigures> figures_by_condition(std::span<const TrialScore> scores);

}  // namespace eyelid::conditioning
