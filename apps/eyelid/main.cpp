// SPDX-License-Identifier: MIT
// Here alone: CLI.hpp compiles the help and configuration classes into each file that includes it.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <new>

#include "apps/eyelid/commands.hpp"
#include "eyelid/core/version.hpp"
#include "studies/commands.hpp"

namespace {

constexpr int kFailure = 1;  // the input or the machine
constexpr int kUsageError = 2;

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "Measure eyelid closure in video: faces, eyelid landmarks, fraction eyelid closure, blinks, "
      "conditioned responses.",
      "eyelid");
  app.set_version_flag("--version", eyelid::kVersion);
  app.require_subcommand(1);
  app.get_formatter()->column_width(34);

  eyelid::app::add_demo_command(app);
  eyelid::app::add_track_command(app);
  eyelid::app::add_detect_command(app);
  eyelid::app::add_score_command(app);
  eyelid::app::add_synthesize_command(app);
  eyelid::app::add_evaluate_command(app);
  eyelid::speed::add_bench_command(app);
  eyelid::app::add_train_command(app);
  eyelid::app::add_model_command(app);
  eyelid::ipu::add_simulate_command(app);
  eyelid::app::add_doctor_command(app);

  try {
    app.parse(argc, argv);
    return 0;
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kUsageError;  // 0: help and version
  } catch (const std::bad_alloc&) {
    std::fprintf(stderr, "eyelid: out of memory\n");
    return kFailure;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "eyelid: %s\n", error.what());
    return kFailure;
  }
}
