// SPDX-License-Identifier: MIT
#include "eyelid/live/experiment_setup.hpp"

#include <fmt/format.h>

#include <optional>
#include <utility>
#include <vector>

#include "eyelid/conditioning/trial_plan_json.hpp"
#include "eyelid/core/error.hpp"
#include "eyelid/signals/signal.hpp"

namespace eyelid::live {
namespace {

constexpr int kPuffs = 3;  // of a calibration

}  // namespace

std::unique_ptr<Experiment> make_experiment(const LiveRequest& request,
                                            Experiment::Notice on_notice) {
  if (request.calibrates && !request.calibration_file.empty()) {
    throw InputError(request.calibration_file.string() +
                     ": levels to use and a calibration to do, expected one of both");
  }
  if (request.plan_file.empty() && request.outputs.empty() && !request.dashboard &&
      !request.calibrates) {
    return nullptr;
  }
  std::optional<conditioning::TrialPlan> plan;
  if (!request.plan_file.empty()) {
    if (request.calibration_file.empty() && !request.calibrates) {
      throw InputError(request.plan_file.string() +
                       ": trials need levels that do not move, expected a calibration as well");
    }
    plan = conditioning::load_trial_plan(request.plan_file);
  }
  std::vector<std::unique_ptr<signals::Signal>> outputs;
  if (!request.outputs.empty()) outputs = signals::open_signals(request.outputs);
  auto experiment = std::make_unique<Experiment>(
      std::move(plan), std::move(outputs), !request.dashboard, std::move(on_notice));
  experiment->hold(request.calibrates);
  if (request.lamp) experiment->watch_lamp();
  return experiment;
}

std::unique_ptr<RigCalibration> make_calibration(const LiveRequest& request,
                                                 const Experiment* experiment,
                                                 const camera::CameraInfo& camera,
                                                 const std::filesystem::path& folder) {
  if (!request.calibrates) return nullptr;
  CalibrationGuide::Course course;
  course.puffs = request.puffs.value_or(experiment->has_us() ? kPuffs : 0);
  Calibration conditions = request.conditions;
  if (conditions.camera.empty()) conditions.camera = camera.name;
  if (request.recording != RecordingFormat::None) conditions.recording = "recording.mkv";
  return std::make_unique<RigCalibration>(course, folder, std::move(conditions));
}

void check_lamp(const LiveRequest& request, const camera::CameraInfo& camera) {
  if (!request.lamp) return;
  const camera::Region& lamp = *request.lamp;
  if (lamp.x >= 0 && lamp.y >= 0 && lamp.width >= 1 && lamp.height >= 1 &&
      lamp.x + lamp.width <= camera.width && lamp.y + lamp.height <= camera.height) {
    return;
  }
  throw InputError(fmt::format("lamp at {},{},{},{}: expected a region within {}x{} pixels",
                               lamp.x,
                               lamp.y,
                               lamp.width,
                               lamp.height,
                               camera.width,
                               camera.height));
}

}  // namespace eyelid::live
