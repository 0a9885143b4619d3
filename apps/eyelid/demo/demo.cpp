// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <CLI/App.hpp>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "apps/command_line/command.hpp"
#include "apps/command_line/json_output.hpp"
#include "apps/command_line/options.hpp"
#include "apps/command_line/progress.hpp"
#include "apps/eyelid/evaluate/closure_figures.hpp"
#include "apps/eyelid/score/score_figures.hpp"
#include "apps/eyelid/synthesize/session_options.hpp"
#include "apps/eyelid/track/track_progress.hpp"
#include "apps/eyelid/track/track_summary.hpp"
#include "eyelid/compute/machine.hpp"
#include "eyelid/evaluation/closure_comparison.hpp"
#include "eyelid/pipeline/render_session.hpp"
#include "eyelid/pipeline/score_report.hpp"
#include "eyelid/pipeline/score_session.hpp"
#include "eyelid/pipeline/track_session.hpp"

namespace eyelid::app {
namespace {

struct DemoCommand {
  // Room for spontaneous blinks between the trials.
  DemoCommand() { session.seconds = 15.0; }

  std::filesystem::path folder = "demo";
  synthesis::SessionOptions session;
  bool is_hard = false;
  pipeline::SetupRequest setup;
  std::filesystem::path json;

  void run();
  void render(const std::filesystem::path& session_folder);
  pipeline::ScoredSession score(const std::filesystem::path& trials) const;
};

void DemoCommand::render(const std::filesystem::path& session_folder) {
  if (is_hard) {
    session.with_pose = session.with_flicker = session.with_noise = session.with_glasses = true;
  }
  const int threads = setup.threads > 0 ? setup.threads : compute::this_machine().hardware_threads;
  fmt::print("1. rendering {:g} s of a conditioning session at {:g} frames/s, {} trials\n",
             session.seconds,
             session.frames_per_second,
             session.trials);
  Progress bar("rendering", "frames");
  pipeline::render_session(
      session, session_folder, threads, [&](std::int64_t done, std::int64_t total) {
        bar.update(done, total);
      });
}

pipeline::ScoredSession DemoCommand::score(const std::filesystem::path& trials) const {
  pipeline::ScoreRequest request;
  request.folder = folder;
  request.trials_file = trials;
  pipeline::ScoredSession scored = pipeline::score_folder(request);
  print_scores(scored);
  Progress bar("pictures of the trials", "frames");
  const auto total = static_cast<std::int64_t>(scored.trace.size());
  const pipeline::TrialPictures pictures = pipeline::cut_trial_pictures(
      scored, pipeline::PictureChoice::Auto, [&](std::int64_t done) { bar.update(done, total); });
  bar.finish();
  pipeline::write_session_report(scored, pictures, nullptr);
  return scored;
}

void DemoCommand::run() {
  const std::filesystem::path session_folder = folder / "session";
  render(session_folder);

  fmt::print("2. tracking the eyelids\n");
  pipeline::TrackRequest request;
  request.inputs = {session_folder / "video.mkv"};
  request.folder = folder;
  request.setup = setup;
  request.save_landmarks = true;  // drawn in the trials' pictures
  request.trials_file = session_folder / "trials.csv";
  request.truth_file = session_folder / "truth.csv";
  request.title = fmt::format("Demonstration: rendered session, seed {}", session.seed);
  TrackProgressBar bar;
  const SessionSummary summary = pipeline::track_session(request, bar.callback());
  bar.finish();
  print_summary(summary, folder);

  fmt::print("3. comparing with what was rendered\n");
  const evaluation::ClosureComparison comparison =
      evaluation::compare_closure_files(request.truth_file, folder / "frames.csv");
  print_comparison(comparison);

  fmt::print("4. scoring the conditioned responses\n");
  const pipeline::ScoredSession scored = score(session_folder / "trials.csv");
  if (!json.empty()) {
    nlohmann::ordered_json object = summary_json("demo", summary);
    add_comparison(object["closure"], comparison);
    add_scores(object["score"], {scored}, nullptr);
    write_json(json, object);
  }
  fmt::print("\nreport: {}\nconditioned responses: {}\n",
             std::filesystem::absolute(folder / "report.html").string(),
             std::filesystem::absolute(folder / "conditioning.html").string());
}

}  // namespace

void add_demo_command(CLI::App& app) {
  auto command = std::make_shared<DemoCommand>();
  CLI::App* demo = app.add_subcommand("demo",
                                      "Render a session, track it with the embedded models, "
                                      "compare with the known truth, score its "
                                      "conditioned responses");
  demo->add_option("--out", command->folder, "Folder for the results")->capture_default_str();
  add_session_options(*demo, command->session, command->is_hard);
  add_setup_options(*demo, command->setup);
  add_json_option(*demo, command->json);
  demo->callback([command] { command->run(); });
}

}  // namespace eyelid::app
