// SPDX-License-Identifier: MIT
#include "eyelid/live/measure_again.hpp"

#include <utility>

#include "eyelid/tables/time_stamps.hpp"
#include "eyelid/video/frame_source.hpp"

namespace eyelid::live {

void measure_again(const std::filesystem::path& recording,
                   const std::filesystem::path& table,
                   pipeline::SetupRequest request,
                   int detect_every,
                   const std::function<void(const FrameMeasurement&)>& on_measurement) {
  tables::TimeStamps stamps = tables::read_time_stamps(table);
  video::SourceOptions options;
  options.stamps = {std::move(stamps.time_s), std::move(stamps.source)};
  const auto source = video::open_source({recording}, options);
  request.device = pipeline::DeviceChoice::Cpu;
  request.detect_every = detect_every;
  pipeline::Setup setup = pipeline::make_setup(pipeline::for_one_subject(request));
  pipeline::make_tracker(setup)->run(*source, on_measurement);
}

}  // namespace eyelid::live
