// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <CLI/App.hpp>

#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "apps/command_line/json_output.hpp"
#include "apps/command_line/options.hpp"
#include "apps/command_line/progress.hpp"
#include "apps/command_line/value_names.hpp"
#include "apps/eyelid/commands.hpp"
#include "eyelid/batch/collection.hpp"

namespace eyelid::app {
namespace {

struct CollectCommand {
  batch::CollectionRequest request;
  bool verifies = false;
  std::filesystem::path json;

  void run();
};

std::string figures_text(const batch::CollectionFigures& figures) {
  nlohmann::ordered_json object = json_head("collect");
  object["recordings"] = figures.all();
  for (std::size_t i = 0; i < batch::kSessionStates; ++i) {
    const auto state = static_cast<batch::SessionState>(i);
    object["states"][std::string(name_of(state))] = figures.sessions[i];
  }
  object["with_warnings"] = figures.with_warnings;
  object["frames"] = figures.frames;
  object["duration_s"] = figures.duration_s;
  return json_text(object);
}

void CollectCommand::run() {
  if (verifies) request.check = batch::FileCheck::Contents;
  batch::CollectionFigures figures;
  {
    Progress bar("collecting", "recordings");
    const batch::Collection collection = batch::collect(
        request, [&](std::int64_t done, std::int64_t all) { bar.update(done, all); });
    figures = collection.figures;
    if (!json.empty()) collection.run->add(json, figures_text(figures));
    collection.run->commit();
  }
  fmt::print("{}: {} recordings, {:.1f} hours, {} frames\n",
             request.root.string(),
             figures.all(),
             figures.duration_s / 3600.0,
             figures.frames);
  for (std::size_t i = 0; i < batch::kSessionStates; ++i) {
    if (figures.sessions[i] == 0) continue;
    fmt::print("  {:<12} {}\n", name_of(static_cast<batch::SessionState>(i)), figures.sessions[i]);
  }
  if (figures.with_warnings > 0) fmt::print("  with warnings {}\n", figures.with_warnings);
  fmt::print("  results in {} and {}\n",
             (request.root / "recordings.csv").string(),
             (request.root / "recordings.html").string());
}

}  // namespace

void add_collect_command(CLI::App& app) {
  auto command = std::make_shared<CollectCommand>();
  CLI::App* collect = app.add_subcommand(
      "collect",
      "Collect the recordings of a batch: recordings.csv, a row each with state, figures, and "
      "warnings, and recordings.html to sort, filter, and open them");
  collect->add_option("root", command->request.root, "The --out folder of eyelid batch")
      ->type_name(kFolder)
      ->required();
  collect
      ->add_option("--manifest",
                   command->request.manifest,
                   "Manifest of the batch: recordings in its order, also those not begun")
      ->type_name(kPath);
  collect->add_flag("--verify",
                    command->verifies,
                    "Also compare every file with the SHA-256 in session.json (reads everything)");
  add_json_option(*collect, command->json);
  collect->callback([command] { command->run(); });
}

}  // namespace eyelid::app
