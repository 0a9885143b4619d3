// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <CLI/App.hpp>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "apps/command_line/json_output.hpp"
#include "apps/command_line/options.hpp"
#include "apps/command_line/value_names.hpp"
#include "apps/eyelid/commands.hpp"
#include "apps/eyelid/evaluate/closure_figures.hpp"
#include "apps/eyelid/score/score_figures.hpp"
#include "apps/eyelid/synthesize/session_options.hpp"
#include "apps/eyelid/track/track_summary.hpp"
#include "eyelid/evaluation/closure_comparison.hpp"
#include "eyelid/pipeline/score_session.hpp"
#include "eyelid/pipeline/track_session.hpp"

namespace eyelid::app {
namespace {

struct DemoCommand {
  // Room for spontaneous blinks between the trials.
  DemoCommand() { choice.session.seconds = 15.0; }

  std::filesystem::path folder = "demo";
  SessionChoice choice;
  pipeline::SetupRequest setup;
  std::filesystem::path json;

  void run();
  pipeline::ScoredSession score(const std::filesystem::path& trials) const;
};

pipeline::ScoredSession DemoCommand::score(const std::filesystem::path& trials) const {
  pipeline::ScoreRequest request;
  request.folder = folder;
  request.trials_file = trials;
  pipeline::ScoredSession scored = pipeline::score_folder(request);
  write_report(scored, pipeline::PictureChoice::Auto);
  pipeline::note_files(scored);
  scored.run->commit();
  print_scores(scored);
  return scored;
}

void DemoCommand::run() {
  const std::filesystem::path session_folder = folder / "session";
  const synthesis::SessionOptions& session = choice.session;
  fmt::print("1. rendering {:g} s of a conditioning session at {:g} frames/s, {} trials\n",
             session.seconds,
             session.frames_per_second,
             session.trials);
  render_with_progress(choice, session_folder, setup.threads);

  fmt::print("2. tracking the eyelids\n");
  pipeline::TrackRequest request;
  request.inputs = {session_folder / "video.mkv"};
  request.folder = folder;
  request.setup = setup;
  request.save_landmarks = true;  // drawn in the trials' pictures
  request.trials_file = session_folder / "trials.csv";
  request.truth_file = session_folder / "truth.csv";
  request.title = fmt::format("Demo: rendered session, seed {}", session.seed);
  const SessionSummary summary = track_and_print(request, {});

  fmt::print("3. comparing with the rendered truth\n");
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
                                      "compare with the known truth, and score its conditioned "
                                      "responses");
  demo->add_option("--out", command->folder, "Output folder")
      ->type_name(kFolder)
      ->capture_default_str();
  add_session_options(*demo, command->choice);
  add_setup_options(*demo, command->setup);
  add_json_option(*demo, command->json);
  demo->callback([command] { command->run(); });
}

}  // namespace eyelid::app
