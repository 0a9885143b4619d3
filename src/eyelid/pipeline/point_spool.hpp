// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include "eyelid/core/blink.hpp"
#include "eyelid/core/face.hpp"
#include "eyelid/files/record_spool.hpp"

namespace eyelid::pipeline {

/// Lid points of every frame on which they are trustworthy, so that pictures can be drawn once the
/// blinks are known without holding an hour of points in memory.
using PointSpool = files::RecordSpool<std::optional<EyeLandmarks>>;

/// The blinks of both eyes in order of onset, for the same reason.
using BlinkSpool = files::RecordSpool<Blink>;

}  // namespace eyelid::pipeline
