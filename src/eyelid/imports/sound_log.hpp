// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>

#include "eyelid/imports/event_log.hpp"

namespace eyelid::imports {

/// TTL pulses (or tones) recorded as the sound of a film: events audio1, audio2, ... by channel, at
/// the rise through half of the channel's highest excursion from its mean, after at least 5 ms
/// below a quarter. Channels whose excursion is mainly negative are taken upside down. In a file
/// with pictures, time 0 is the first picture. Errors: as video::visit_sound().
Log sound_log(const std::filesystem::path& path, const LogOptions& options);

}  // namespace eyelid::imports
