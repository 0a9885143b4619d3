// SPDX-License-Identifier: MIT
// Here alone: CLI.hpp compiles the help and configuration classes into each file that includes it.
#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstring>
#include <sstream>

#include "apps/eyelid/commands.hpp"
#include "apps/eyelid/process.hpp"
#include "eyelid/core/version.hpp"
#include "studies/commands.hpp"

namespace {

constexpr int kFailure = 1;  // the input or the machine
constexpr int kUsageError = 2;

// Help and version on standard output, status 0; wrong usage on standard error.
int print_usage(const CLI::App& app, const CLI::ParseError& error) {
  std::ostringstream help, wrong_usage;
  const bool is_asked = app.exit(error, help, wrong_usage) == 0;
  fmt::print("{}", help.str());
  fmt::print(stderr, "{}", eyelid::app::fit_for_terminal(wrong_usage.str()));
  return is_asked ? 0 : kUsageError;
}

int run(int argc, char** argv) {
  CLI::App app(
      "Measure eyelid closure in video: faces, eyelid landmarks, fraction eyelid closure, blinks, "
      "conditioned responses.",
      "eyelid");
  app.set_version_flag("--version", eyelid::kVersion);
  app.require_subcommand(1);
  app.get_formatter()->column_width(34);

  eyelid::app::add_demo_command(app);
  eyelid::app::add_track_command(app);
  eyelid::app::add_live_command(app);
  eyelid::app::add_detect_command(app);
  eyelid::app::add_score_command(app);
  eyelid::app::add_batch_command(app);
  eyelid::app::add_collect_command(app);
  eyelid::app::add_synthesize_command(app);
  eyelid::app::add_evaluate_command(app);
  eyelid::speed::add_bench_command(app);
  eyelid::app::add_train_command(app);
  eyelid::app::add_model_command(app);
  eyelid::ipu::add_simulate_command(app);
  eyelid::app::add_cameras_command(app);
  eyelid::app::add_doctor_command(app);
  eyelid::app::add_manual_command(app);
  eyelid::app::add_completion_command(app);
  // After the commands, which would repeat it in their help.
  app.footer(
      "Exit status: 0 success; 1 the input or the machine is at fault, one sentence says how; 2 "
      "wrong usage.");

  try {
    app.parse(argc, argv);
    return 0;
  } catch (const CLI::RuntimeError& result) {  // a command's own exit status, already explained
    return result.get_exit_code();
  } catch (const CLI::ParseError& error) {
    return print_usage(app, error);
  }
}

}  // namespace

int main(int argc, char** argv) {
  eyelid::app::prepare_process();
  try {
    eyelid::app::StandardOutput output;
    const int status = run(argc, argv);
    if (const int error = output.finish(); error != 0 && status == 0) {
      std::fprintf(stderr,
                   "eyelid: standard output: cannot be written (%s), expected a terminal, a file "
                   "with room, or an open pipe\n",
                   std::strerror(error));
      return kFailure;
    }
    return status;
  } catch (...) {
    eyelid::app::print_current_exception();
    return kFailure;
  }
}
