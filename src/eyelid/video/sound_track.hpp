// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <span>

namespace eyelid::video {

/// What a file with sound says of its clocks.
struct SoundClock {
  int channels = 0;
  double samples_per_second = 0.0;
  /// Of the first picture, on the clock of the samples; nothing without a video stream.
  std::optional<double> first_picture_s;
};

/// Decodes the sound of a film (its first sound stream): calls `visit` for every sample with its
/// time in seconds on the container's clock and one value per channel, -1 to 1 at full scale.
/// Sound that cannot be decoded is skipped.
///
/// Threads: one at a time per call. Errors: InputError for a file without sound or that is no film;
/// what `visit` throws.
SoundClock visit_sound(const std::filesystem::path& path,
                       const std::function<void(double time_s, std::span<const float>)>& visit);

}  // namespace eyelid::video
