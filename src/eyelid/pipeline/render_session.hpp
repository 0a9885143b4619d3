// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

#include "eyelid/synthesis/session_renderer.hpp"

namespace eyelid::pipeline {

/// Renders a session and writes `video.mkv` (lossless gray), `truth.csv` and `trials.csv` to
/// `folder`, which is created when absent: all three at once, or none. An earlier rendering is
/// replaced. The bytes do not depend on `threads`.
///
/// `progress` receives the frames done and their total. Throws InputError: trials that do not fit
/// into the seconds, a folder that cannot be written, or holds some of these files but not all:
/// then they are not of a rendering.
void render_session(const synthesis::SessionOptions& options,
                    const std::filesystem::path& folder,
                    int threads,
                    const std::function<void(std::int64_t done, std::int64_t total)>& progress);

}  // namespace eyelid::pipeline
