// SPDX-License-Identifier: MIT
#include "apps/eyelid/synthesize/session_options.hpp"

#include <fmt/format.h>
#include <CLI/App.hpp>

#include <memory>
#include <nlohmann/json.hpp>

#include "apps/command_line/json_output.hpp"
#include "apps/command_line/options.hpp"
#include "apps/command_line/progress.hpp"
#include "apps/command_line/value_names.hpp"
#include "apps/eyelid/commands.hpp"
#include "eyelid/compute/machine.hpp"
#include "eyelid/pipeline/render_session.hpp"

namespace eyelid::app {
namespace {

struct SynthesizeCommand {
  SessionChoice choice;
  std::filesystem::path folder;
  std::filesystem::path json;
  std::optional<int> threads;

  void run() {
    const synthesis::SessionOptions& session = choice.session;
    render_with_progress(choice, folder, threads);
    fmt::print(
        "{}: {:.1f} s at {:g} frames/s, {} trials, seed {}\n"
        "  video.mkv   lossless gray {}x{}\n"
        "  truth.csv   closure and eyelid points of every frame\n"
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

void render_with_progress(const SessionChoice& choice,
                          const std::filesystem::path& folder,
                          std::optional<int> threads) {
  synthesis::SessionOptions session = choice.session;
  if (choice.is_hard) {
    session.with_pose = session.with_flicker = session.with_noise = session.with_glasses = true;
  }
  Progress bar("rendering", "frames");
  pipeline::render_session(session,
                           folder,
                           threads.value_or(compute::hardware_threads()),
                           [&](std::int64_t done, std::int64_t total) { bar.update(done, total); });
}

void add_session_options(CLI::App& command, SessionChoice& choice) {
  synthesis::SessionOptions& session = choice.session;
  command.add_option("--seed", session.seed, "Seed of the face, the lighting and the blinks")
      ->capture_default_str();
  command.add_option("--seconds", session.seconds, "Duration of the session in seconds")
      ->check(CLI::Range(0.5, 36000.0))
      ->capture_default_str();
  command.add_option("--trials", session.trials, "Number of conditioning trials")
      ->check(CLI::Range(0, 100000))
      ->capture_default_str();
  command.add_option("--fps", session.frames_per_second, "Frame rate in frames per second")
      ->check(CLI::Range(10.0, 1000.0))
      ->capture_default_str();
  command
      .add_option(
          "--isi", session.isi_s, "Interstimulus interval: CS onset to US onset, in seconds")
      ->check(CLI::Range(0.1, 2.0))
      ->capture_default_str();
  command.add_flag("--pose", session.with_pose, "Turn, tilt and nod the head");
  command.add_flag("--flicker", session.with_flicker, "Add 100 Hz light flicker");
  command.add_flag("--noise", session.with_noise, "Add the sensor noise of a short exposure");
  command.add_flag("--glasses", session.with_glasses, "Add glasses");
  command.add_flag("--hard", choice.is_hard, "Combine --pose, --flicker, --noise and --glasses");
}

void add_synthesize_command(CLI::App& app) {
  auto command = std::make_shared<SynthesizeCommand>();
  CLI::App* synthesize =
      app.add_subcommand("synthesize", "Render a conditioning session with known eyelid closure");
  synthesize
      ->add_option("--out", command->folder, "Output folder: video.mkv, truth.csv, trials.csv")
      ->type_name(kFolder)
      ->required();
  add_session_options(*synthesize, command->choice);
  add_threads_option(*synthesize, command->threads);
  add_json_option(*synthesize, command->json);
  synthesize->callback([command] { command->run(); });
}

}  // namespace eyelid::app
