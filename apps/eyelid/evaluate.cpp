// SPDX-License-Identifier: MIT
#include <memory>

#include "closure_figures.hpp"
#include "command.hpp"
#include "eyelid/pipeline/compare_files.hpp"
#include "json_output.hpp"
#include "options.hpp"

namespace eyelid::app {
namespace {

struct EvaluateClosureCommand {
  std::filesystem::path truth;
  std::filesystem::path frames;
  std::filesystem::path json;

  void run() {
    const closure::ClosureComparison comparison = pipeline::compare_closure_files(truth, frames);
    print_comparison(comparison);
    if (json.empty()) return;
    nlohmann::ordered_json object = json_head("evaluate closure");
    add_comparison(object, comparison);
    write_json(json, object);
  }
};

void add_evaluate_closure(CLI::App& evaluate) {
  auto command = std::make_shared<EvaluateClosureCommand>();
  CLI::App* closure = evaluate.add_subcommand("closure", "FEC and blinks against a known truth");
  closure->add_option("--truth", command->truth, "truth.csv")->required();
  closure->add_option("--frames", command->frames, "frames.csv left by track")->required();
  add_json_option(*closure, command->json);
  closure->callback([command] { command->run(); });
}

}  // namespace

void add_evaluate_command(CLI::App& app) {
  CLI::App* evaluate =
      app.add_subcommand("evaluate", "Errors against annotations or a known truth");
  evaluate->require_subcommand(1);
  add_evaluate_closure(*evaluate);
}

}  // namespace eyelid::app
