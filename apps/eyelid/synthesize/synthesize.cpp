// SPDX-License-Identifier: MIT
#include "apps/eyelid/synthesize/session_options.hpp"

#include <fmt/format.h>
#include <CLI/App.hpp>

#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "apps/command_line/command.hpp"
#include "apps/command_line/json_output.hpp"
#include "apps/command_line/options.hpp"
#include "apps/command_line/progress.hpp"
#include "eyelid/compute/machine.hpp"
#include "eyelid/pipeline/render_session.hpp"

namespace eyelid::app {
namespace {

struct SynthesizeCommand {
  synthesis::SessionOptions session;
  bool is_hard = false;
  std::filesystem::path folder;
  std::filesystem::path json;
  int threads = 0;

  void run() {
    if (is_hard) {
      session.with_pose = session.with_flicker = session.with_noise = session.with_glasses = true;
    }
    Progress bar("rendering", "frames");
    pipeline::render_session(
        session,
        folder,
        threads > 0 ? threads : compute::this_machine().hardware_threads,
        [&](std::int64_t done, std::int64_t total) { bar.update(done, total); });
    bar.finish();
    fmt::print(
        "{}: {:.1f} s at {:g} frames/s, {} trials, seed {}\n"
        "  video.mkv   lossless gray {}x{}\n"
        "  truth.csv   closure and lid points of every frame\n"
        "  trials.csv  CS and US onsets\n",
        folder.string(),
        session.seconds,
        session.frames_per_second,
        session.trials,
        session.seed,
        session.width,
        session.height);
    if (json.empty()) return;
    nlohmann::ordered_json object = json_head("synthesize");
    object["folder"] = folder.string();
    object["seed"] = session.seed;
    object["seconds"] = session.seconds;
    object["frames_per_second"] = session.frames_per_second;
    object["trials"] = session.trials;
    write_json(json, object);
  }
};

}  // namespace

void add_session_options(CLI::App& command, synthesis::SessionOptions& session, bool& is_hard) {
  command.add_option("--seed", session.seed, "Person, light and course of the session")
      ->capture_default_str();
  command.add_option("--seconds", session.seconds, "Length of the session")
      ->check(CLI::Range(0.5, 36000.0))
      ->capture_default_str();
  command.add_option("--trials", session.trials, "Conditioning trials in it")
      ->check(CLI::Range(0, 100000))
      ->capture_default_str();
  command.add_option("--fps", session.frames_per_second, "Frames per second")
      ->check(CLI::Range(10.0, 1000.0))
      ->capture_default_str();
  command.add_option("--isi", session.isi_s, "CS onset to US onset, seconds")
      ->check(CLI::Range(0.1, 2.0))
      ->capture_default_str();
  command.add_flag("--pose", session.with_pose, "Turned, tilted and nodding head");
  command.add_flag("--flicker", session.with_flicker, "100 Hz flicker of the light");
  command.add_flag("--noise", session.with_noise, "Sensor noise of a short exposure");
  command.add_flag("--glasses", session.with_glasses, "The person wears glasses");
  command.add_flag("--hard", is_hard, "All four of them");
}

void add_synthesize_command(CLI::App& app) {
  auto command = std::make_shared<SynthesizeCommand>();
  CLI::App* synthesize = app.add_subcommand(
      "synthesize", "Render a conditioning session with exactly known eyelid closure");
  synthesize->add_option("--out", command->folder, "Folder for video.mkv, truth.csv, trials.csv")
      ->required();
  add_session_options(*synthesize, command->session, command->is_hard);
  synthesize->add_option("--threads", command->threads, "Threads (default: all)")
      ->check(CLI::Range(0, 1024));
  add_json_option(*synthesize, command->json);
  synthesize->callback([command] { command->run(); });
}

}  // namespace eyelid::app
