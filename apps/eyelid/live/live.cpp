// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <unistd.h>
#include <CLI/App.hpp>

#include <charconv>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "apps/command_line/json_output.hpp"
#include "apps/command_line/options.hpp"
#include "apps/command_line/terminal_table.hpp"
#include "apps/command_line/value_names.hpp"
#include "apps/eyelid/commands.hpp"
#include "apps/eyelid/track/track_summary.hpp"
#include "eyelid/core/error.hpp"
#include "eyelid/files/interruption.hpp"
#include "eyelid/live/live_session.hpp"

namespace eyelid::app {
namespace {

const Choices<std::optional<frames::SideEdge>> kKnownCutEdgeChoices = {
    {"none", std::nullopt}, {"left", frames::SideEdge::Left}, {"right", frames::SideEdge::Right}};

const Choices<live::RecordingFormat> kRecordingChoices = {
    {"auto", live::RecordingFormat::Ffvhuff},
    {"ffvhuff", live::RecordingFormat::Ffvhuff},
    {"raw", live::RecordingFormat::Raw},
    {"none", live::RecordingFormat::None}};

/// "none" or "mean:N": how many frames are averaged.
int frames_of_filter(const std::string& text) {
  if (text == "none") return 1;
  constexpr std::string_view kMean = "mean:";
  int frames = 0;
  const char* end = text.data() + text.size();
  if (text.starts_with(kMean)) {
    const auto [after, error] = std::from_chars(text.data() + kMean.size(), end, frames);
    if (error == std::errc() && after == end && frames >= 1 && frames <= 1000) return frames;
  }
  throw InputError("--filter " + text + ": expected none or mean:N with N from 1 to 1000");
}

/// "HOST:PORT"; the defaults where it is empty.
dashboard::Options dashboard_options(const std::string& text) {
  dashboard::Options options;
  if (text.empty()) return options;
  const std::size_t colon = text.rfind(':');
  int port = 0;
  const char* end = text.data() + text.size();
  const char* begin = colon == std::string::npos ? end : text.data() + colon + 1;
  const auto [after, error] = std::from_chars(begin, end, port);
  if (colon == 0 || error != std::errc() || after != end || port < 0 || port > 65535) {
    throw InputError("--dashboard-at " + text + ": expected HOST:PORT, a port up to 65535");
  }
  options.host = text.substr(0, colon);
  options.port = port;
  return options;
}

/// The state of the session on standard error: a line that is written over on a terminal, one
/// every ten seconds otherwise.
class StatusLine {
 public:
  void show(const live::LiveStatus& status) {
    if (!is_terminal_ && status.seconds < next_s_) return;
    next_s_ += 10.0;
    const LiveSummary& now = status.counts;
    fmt::print(stderr,
               "{}{:.1f} s   {:.1f} frames/s   {} frames, lost {}, incomplete {}, overrun {}   "
               "FEC {}   arrival to FEC p50 {:.2f} p99 {:.2f} max {:.2f} ms{}",
               is_terminal_ ? "\r\033[K" : "",
               status.seconds,
               now.measured_frames_per_second,
               now.frames,
               now.lost,
               now.incomplete,
               now.overrun,
               cell(status.mean_fec, 2),
               now.latency.p50_ms,
               now.latency.p99_ms,
               now.latency.max_ms,
               is_terminal_ ? "" : "\n");
    std::fflush(stderr);
    is_open_ = is_terminal_;
  }
  void end_line() {
    if (is_open_) std::fputc('\n', stderr);
    is_open_ = false;
  }

 private:
  bool is_terminal_ = ::isatty(STDERR_FILENO) == 1;
  bool is_open_ = false;
  double next_s_ = 0.0;
};

struct LiveCommand {
  live::LiveRequest request;
  std::vector<int> region;
  std::vector<int> lamp;
  std::string filter = "none";
  bool has_dashboard = false;
  std::string dashboard_at;
  std::filesystem::path json;

  void run();
};

void LiveCommand::run() {
  request.mean_of_frames = frames_of_filter(filter);
  if (has_dashboard || !dashboard_at.empty()) request.dashboard = dashboard_options(dashboard_at);
  if (!region.empty()) {
    request.settings.region = camera::Region{region[0], region[1], region[2], region[3]};
  }
  if (!lamp.empty()) request.lamp = camera::Region{lamp[0], lamp[1], lamp[2], lamp[3]};
  if (!json.empty()) request.added_outputs.push_back(json);
  StatusLine line;
  live::LiveCallbacks callbacks;
  callbacks.on_status = [&](const live::LiveStatus& status) { line.show(status); };
  callbacks.on_notice = [](const std::string& sentence) {
    fmt::print(stderr, "\neyelid: {}\n", sentence);
  };
  callbacks.on_analysis = [](std::int64_t, std::int64_t) { files::throw_if_interrupted(); };
  callbacks.shall_end = files::take_interruption;
  live::LiveResult session = live::run_live_session(request, callbacks);
  line.end_line();
  if (!json.empty()) session.run->add(json, json_text(summary_json("live", session.summary)));
  session.run->commit();
  print_summary(session.summary, request.folder);
}

}  // namespace

void add_live_command(CLI::App& app) {
  auto command = std::make_shared<LiveCommand>();
  live::LiveRequest& request = command->request;
  CLI::App* live = app.add_subcommand(
      "live",
      "Measure eyelid closure of a running camera; Ctrl-C ends the session and writes its files.\n"
      "Leaves the files of `track`, recording.mkv, and timestamps.csv with every frame that the "
      "camera counted.");
  live->add_option(
          "camera",
          request.camera,
          "aravis:ID (GigE or USB3 Vision), v4l2:/dev/videoN, paced:FILE[@FPS] (a film, as "
          "a camera would deliver it), synthetic:SEED[@FPS]; see `eyelid cameras`. "
          "Behind the last two, ?lamp=udp:PORT paints a lamp that shines when an event comes there")
      ->required();
  live->add_option("--out", request.folder, "Output folder, new: a session is never overwritten")
      ->type_name(kFolder)
      ->required();
  live->add_option("--seconds", request.seconds, "Length of the session (default: until Ctrl-C)")
      ->check(CLI::PositiveNumber);
  {
    const OptionGroup group(*live, "Camera");
    camera::CameraSettings& settings = request.settings;
    live->add_option("--fps", settings.frames_per_second, "Frame rate (default: the camera's own)")
        ->check(CLI::Range(1.0, 10000.0));
    live->add_option("--exposure-us", settings.exposure_us, "Exposure time in microseconds")
        ->check(CLI::PositiveNumber);
    live->add_option("--gain", settings.gain, "Gain in the camera's own unit");
    live->add_option("--roi", command->region, "X,Y,WIDTH,HEIGHT of the part of the sensor to read")
        ->delimiter(',')
        ->expected(4);
    live->add_option("--packet-size", settings.packet_size, "Bytes per packet (GigE Vision)")
        ->check(CLI::Range(576, 16000));
  }
  {
    const OptionGroup group(*live, "Calibration");
    CLI::Option* given = live->add_option("--calibration",
                                          request.calibration_file,
                                          "File with open and closed levels for the live closure "
                                          "(default: the open level of the "
                                          "frames so far); the tables at the end use it as well")
                             ->type_name(kPath);
    CLI::Option* calibrate =
        live->add_flag("--calibrate",
                       request.calibrates,
                       "First guide the person through rest, blinks, and puffs; the levels found "
                       "hold from then on and are saved in calibration.json")
            ->excludes(given);
    live->add_option("--puffs",
                     request.puffs,
                     "Puffs of the calibration (default: 3 where the plan has a US, else none). A "
                     "microcontroller presents the US of the plan; without one, give them by hand")
        ->check(CLI::Range(0, 20))
        ->needs(calibrate);
    add_subject_options(*live, request.conditions);
  }
  {
    const OptionGroup group(*live, "Experiment");
    live->add_option("--trials",
                     request.plan_file,
                     "Plan of trials to run, JSON (docs/files.md); needs --calibration or "
                     "--calibrate. Armed then, or on the dashboard")
        ->type_name(kPath);
    CLI::Option* output = live->add_option(
        "--output",
        request.outputs,
        "Outputs, with commas: serial:DEVICE[@BAUD] (our firmware), udp:HOST:PORT, "
        "osc:HOST:PORT, lsl:NAME. Without --trials, those that only tell get the "
        "closure of every frame");
    live->add_option("--lamp",
                     command->lamp,
                     "X,Y,WIDTH,HEIGHT in the picture of a lamp that an output switches on: the "
                     "frames from decision to light are counted")
        ->delimiter(',')
        ->expected(4)
        ->needs(output);
    live->add_flag("--dashboard",
                   command->has_dashboard,
                   "Show the session in the browser, on this machine; its address is printed");
    live->add_option("--dashboard-at",
                     command->dashboard_at,
                     "HOST:PORT where the dashboard listens, also for other machines; implies "
                     "--dashboard");
  }
  add_choice(*live,
             "--record",
             request.recording,
             kRecordingChoices,
             "Lossless recording; raw is larger and costs least processor time");
  live->add_option("--filter",
                   command->filter,
                   "Filter of the live closure: none, or mean:N, the average of N frames, which is "
                   "(N - 1) / 2 frames late. The tables at the end are filtered as by `track`")
      ->capture_default_str();
  live->add_flag_callback(
      "--no-report", [&request] { request.write_report = false; }, "Do not write the report");
  add_choice(*live,
             "--cut-edge",
             request.setup.cut_edge,
             kKnownCutEdgeChoices,
             "Edge of the picture that cuts the face at about the nose: the eye in view is "
             "measured");
  add_measurement_options(*live, request.setup);
  add_json_option(*live, command->json);
  live->callback([command] { command->run(); });
}

}  // namespace eyelid::app
