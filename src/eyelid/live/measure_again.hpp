// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

#include "eyelid/core/eyelid_sample.hpp"
#include "eyelid/pipeline/setup.hpp"

namespace eyelid::live {

/// Measures the recording of a session as `track --timestamps` does, with every processor. What one
/// frame shows also bears on those behind it (the choice of the subject, an eye in doubt), so that
/// the whole recording is measured, not only the frames that were overrun.
///
/// `request`: of the session; `detect_every`: what it came to. `table`: its timestamps.csv.
/// `on_measurement` gets every frame in order and may throw, which ends it. Errors: InputError of
/// the files.
void measure_again(const std::filesystem::path& recording,
                   const std::filesystem::path& table,
                   pipeline::SetupRequest request,
                   int detect_every,
                   const std::function<void(const FrameMeasurement&)>& on_measurement);

}  // namespace eyelid::live
