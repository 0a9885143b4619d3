// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <CLI/App.hpp>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "apps/command_line/command.hpp"
#include "apps/command_line/json_output.hpp"
#include "apps/command_line/options.hpp"
#include "apps/eyelid/track/track_progress.hpp"
#include "apps/eyelid/track/track_summary.hpp"
#include "eyelid/pipeline/track_session.hpp"

namespace eyelid::app {
namespace {

struct TrackCommand {
  pipeline::TrackRequest request;
  bool without_report = false;
  std::filesystem::path json;

  void run() {
    request.write_report = !without_report;
    TrackProgressBar bar;
    const SessionSummary summary = pipeline::track_session(request, bar.callback());
    bar.finish();
    print_summary(summary, request.folder);
    if (!json.empty()) write_json(json, summary_json("track", summary));
  }
};

}  // namespace

void add_track_command(CLI::App& app) {
  auto command = std::make_shared<TrackCommand>();
  pipeline::TrackRequest& request = command->request;
  CLI::App* track = app.add_subcommand(
      "track",
      "Eyelid closure of every frame of a video, an image folder or image files.\n"
      "frames.csv holds the same bytes on every processor and for any number of threads, except "
      "with --precision bf16.");
  track->add_option("input", request.inputs, "Video file, folder of images, or image files")
      ->required();
  track->add_option("--out", request.folder, "Folder for the results")->required();

  track
      ->add_option(
          "--fps", request.source.frames_per_second, "Frames per second, over the container's")
      ->check(CLI::PositiveNumber);
  track->add_option("--calibration", request.calibration_file, "Open and closed levels to use");
  track->add_option("--save-calibration",
                    request.save_calibration_file,
                    "Store the levels found, with their conditions");
  track->add_option("--subject", request.subject, "Condition stored with the levels");
  track->add_option("--glasses", request.glasses, "Condition stored with the levels: yes or no")
      ->check(CLI::IsMember({"yes", "no"}));
  track->add_option("--camera", request.camera, "Condition stored with the levels");
  track->add_option(
      "--distance", request.distance, "Condition stored with the levels: of the face");
  track->add_option("--trials", request.trials_file, "trials.csv: marks CS and US in the report");
  track->add_option("--truth", request.truth_file, "truth.csv: compared with in the report");
  track->add_flag("--save-landmarks", request.save_landmarks, "Also leave landmarks.csv");
  track->add_flag("--overlay", request.write_overlay, "Also leave overlay.mp4");
  track->add_flag("--no-report", command->without_report, "Leave no report.html");
  add_setup_options(*track, request.setup);
  add_json_option(*track, command->json);
  track->callback([command] { command->run(); });
}

}  // namespace eyelid::app
