// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "eyelid/closure/closure_analysis.hpp"
#include "eyelid/core/blink.hpp"
#include "eyelid/core/trial.hpp"
#include "eyelid/films/overlay.hpp"
#include "eyelid/films/video_writer.hpp"
#include "eyelid/pipeline/point_spool.hpp"
#include "eyelid/reports/report_builder.hpp"
#include "eyelid/tables/truth_csv.hpp"
#include "eyelid/video/frame_source.hpp"

namespace eyelid::pipeline {

/// Frames that show the eye open, half closed and closed best; frame -1 = there is none.
class ExampleFrames {
 public:
  void consider(const EyelidSample& sample);
  struct Example {
    const char* label;
    float target_fec;
    std::int64_t frame = -1;
    float error = 0.0f;
  };
  std::span<const Example> examples() const { return examples_; }

 private:
  std::array<Example, 3> examples_ = {{{"open", 0.0f}, {"half closed", 0.5f}, {"closed", 1.0f}}};
};

/// What the second reading of a recording makes; null members are not made.
struct SecondPassOutputs {
  reports::ReportBuilder* report = nullptr;
  films::VideoWriter* overlay = nullptr;
};

/// What is already known of the recording when it is read again.
struct SecondPassInputs {
  closure::TraceSpool& trace;
  closure::ClosureOptions closure_options;
  PointSpool& points;
  BlinkSpool& blinks;
  const ExampleFrames& examples;
  tables::TruthCsvReader* truth = nullptr;  // null: not known
};

/// Decodes the recording once more, in step with its closure trace, and hands frames, blinks and
/// pictures to the report and the overlay. Without an overlay only the frames of PictureFrames are
/// looked at. Memory does not depend on the length.
void render_second_pass(video::FrameSource& source,
                        const SecondPassInputs& findings,
                        const SecondPassOutputs& illustrations,
                        const std::function<void(std::int64_t frames_done)>& progress);

/// The same for a report where there is no recording to read again.
void report_without_pictures(const SecondPassInputs& findings, reports::ReportBuilder& report);

}  // namespace eyelid::pipeline
