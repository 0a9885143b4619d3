// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <CLI/App.hpp>

#include <cmath>
#include <vector>

#include "apps/command_line/options.hpp"
#include "apps/command_line/output_option.hpp"
#include "apps/command_line/value_names.hpp"
#include "apps/eyelid/commands.hpp"
#include "apps/eyelid/track/track_summary.hpp"
#include "eyelid/core/error.hpp"
#include "eyelid/pipeline/track_session.hpp"

namespace eyelid::app {
namespace {

const Choices<std::optional<Eye>> kEyeChoices = {
    {"right", Eye::Right}, {"left", Eye::Left}, {"both", std::nullopt}};

/// What is known of an edge of the picture that cuts the face.
enum class CutEdge { Find, None, Left, Right };
const Choices<CutEdge> kCutEdgeChoices = {{"auto", CutEdge::Find},
                                          {"none", CutEdge::None},
                                          {"left", CutEdge::Left},
                                          {"right", CutEdge::Right}};

Rect checked_box(const char* option, const std::vector<float>& numbers) {
  const Rect box{numbers[0], numbers[1], numbers[2], numbers[3]};
  if (!(box.width > 0.0f && box.height > 0.0f && std::isfinite(box.area() + box.x + box.y))) {
    throw InputError(
        fmt::format("{} {},{},{},{}: not a box, expected x,y,width,height in pixels with a "
                    "width and a height above 0",
                    option,
                    box.x,
                    box.y,
                    box.width,
                    box.height));
  }
  return box;
}

struct TrackCommand {
  pipeline::TrackRequest request;
  std::filesystem::path json;
  std::vector<float> face_box;
  std::vector<float> eye_box;
  CutEdge cut_edge = CutEdge::Find;

  void run() {
    request.find_cut_edge = cut_edge == CutEdge::Find;
    if (cut_edge == CutEdge::Left) request.setup.cut_edge = frames::SideEdge::Left;
    if (cut_edge == CutEdge::Right) request.setup.cut_edge = frames::SideEdge::Right;
    if (!face_box.empty()) request.setup.face_box = checked_box("--face-box", face_box);
    if (!eye_box.empty()) request.setup.eye_box = checked_box("--eye-box", eye_box);
    track_and_print(request, json);
  }
};

}  // namespace

void add_track_command(CLI::App& app) {
  auto command = std::make_shared<TrackCommand>();
  pipeline::TrackRequest& request = command->request;
  CLI::App* track = app.add_subcommand(
      "track",
      "Measure eyelid closure in every frame of a video or of images.\n"
      "frames.csv holds the same bytes on every processor and for any number of threads, except "
      "with --precision bf16 and, between x86 and ARM, --detector hog.");
  track
      ->add_option(
          "input",
          request.inputs,
          "Video file, folder with images, or image files; several videos, or folders of videos "
          "or images: the clips of one session")
      ->type_name(kPath)
      ->required();
  track->add_option("--out", request.folder, "Output folder")->type_name(kFolder)->required();
  {
    const OptionGroup group(*track, "Source");
    CLI::Option* fps =
        track
            ->add_option(
                "--fps",
                request.source.frames_per_second,
                "Frame rate; overrides the container's (default for pictures: the stamps in "
                "their names, else 25 with a warning)")
            ->check(CLI::PositiveNumber);
    track
        ->add_option("--timestamps",
                     request.timestamps_file,
                     "File with a time per frame (ISO 8601, seconds or ticks), as of Bonsai and "
                     "cameras; the column is found by its header and values")
        ->type_name(kPath)
        ->excludes(fps);
    track
        ->add_option("--stream",
                     request.source.stream,
                     "Video stream to measure, from 0 (default: the best one)")
        ->check(CLI::Range(0, 63));
    track
        ->add_option("--bits",
                     request.source.bits,
                     "Bits in use of pixels stored in 16 (default: from the largest value of "
                     "pictures spread over the recording)")
        ->check(CLI::Range(8, 16));
  }
  CLI::Option* face_box = nullptr;
  CLI::Option* eye_box = nullptr;
  CLI::Option* cut_edge = nullptr;
  {
    const OptionGroup group(*track, "Subject");
    add_choice(*track,
               "--eye",
               request.eye,
               kEyeChoices,
               "Eye to measure, right and left of the subject; nothing is said of the other");
    face_box = track
                   ->add_option("--face-box",
                                command->face_box,
                                "X,Y,WIDTH,HEIGHT of the face in pixels, in every picture; none "
                                "is detected then")
                   ->delimiter(',')
                   ->expected(4);
    cut_edge = add_choice(*track,
                          "--cut-edge",
                          command->cut_edge,
                          kCutEdgeChoices,
                          "Edge of the picture that cuts the face at about the nose: the eye in "
                          "view is measured. auto looks for one where an eye is missing in a "
                          "quarter of the frames, and then reads the recording again");
    eye_box = track
                  ->add_option("--eye-box",
                               command->eye_box,
                               "X,Y,WIDTH,HEIGHT of one eye that a camera shows close up, without "
                               "a face: its corners lie about halfway up the left and the right "
                               "edge; a right eye unless --eye says left. Followed from there. "
                               "Without a face and this option eyelid looks for one eye itself")
                  ->delimiter(',')
                  ->expected(4)
                  ->excludes(face_box);
  }
  track->add_option("--trials", request.trials_file, "Trial file; marks CS and US in the report")
      ->type_name(kPath);
  track->add_option("--truth", request.truth_file, "Truth file; the report compares with it")
      ->type_name(kPath);
  track->add_flag("--save-landmarks", request.save_landmarks, "Also write landmarks.csv");
  track->add_flag("--overlay", request.write_overlay, "Also write overlay.mp4");
  track->add_flag_callback(
      "--no-report", [&request] { request.write_report = false; }, "Do not write the report");
  {
    const OptionGroup group(*track, "Calibration");
    track
        ->add_option("--calibration",
                     request.calibration_file,
                     "File with open and closed levels to use (default: from this recording)")
        ->type_name(kPath);
    add_output_option(*track,
                      "--save-calibration",
                      request.save_calibration_file,
                      "Save the levels and their conditions to FILE");
    add_condition_options(*track, request.conditions);
  }
  add_setup_options(*track, request.setup);
  for (const char* of_detector : {"--detector", "--detector-model", "--score", "--upsample"}) {
    face_box->excludes(track->get_option(of_detector));
    eye_box->excludes(track->get_option(of_detector));
  }
  eye_box->excludes(track->get_option("--detect-every"));
  cut_edge->excludes(face_box);
  cut_edge->excludes(eye_box);
  add_json_option(*track, command->json);
  track->callback([command] { command->run(); });
}

}  // namespace eyelid::app
