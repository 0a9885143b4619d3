// SPDX-License-Identifier: MIT
#pragma once

#include <span>

#include "eyelid/conditioning/session_scoring.hpp"
#include "eyelid/core/blink.hpp"

namespace eyelid::conditioning {

/// Flags trials with a CS in which a blink of the recording is spontaneous by its time: it began
/// before the CS and reached into the trial, or was over, closed and open again, before the US. On
/// the mean trace the blinks of both eyes count.
///
/// A blink that begins after the CS and is still closed at the US cannot be told from a CR.
void flag_spontaneous_blinks(std::span<const Blink> blinks, SessionScores& session);

}  // namespace eyelid::conditioning
