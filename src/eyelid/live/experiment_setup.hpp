// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <memory>

#include "eyelid/camera/camera.hpp"
#include "eyelid/live/experiment.hpp"
#include "eyelid/live/live_session.hpp"
#include "eyelid/live/rig_calibration.hpp"

namespace eyelid::live {

// What a session makes of its request. Errors: InputError of files, outputs, and contradictions.

/// Null where there are no trials, no outputs, nobody who marks, and no calibration.
std::unique_ptr<Experiment> make_experiment(const LiveRequest& request,
                                            Experiment::Notice on_notice);

/// Null where none was asked for. `folder`: for temporary files.
std::unique_ptr<RigCalibration> make_calibration(const LiveRequest& request,
                                                 const Experiment* experiment,
                                                 const camera::CameraInfo& camera,
                                                 const std::filesystem::path& folder);

/// Throws InputError where the lamp lies outside of the picture.
void check_lamp(const LiveRequest& request, const camera::CameraInfo& camera);

}  // namespace eyelid::live
