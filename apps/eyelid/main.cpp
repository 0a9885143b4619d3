// SPDX-License-Identifier: MIT
// Here alone: CLI.hpp compiles the help and configuration classes into each file that includes it.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <new>

#include "apps/command_line/command.hpp"
#include "eyelid/core/error.hpp"
#include "eyelid/core/version.hpp"

namespace {

constexpr int kInputAtFault = 1;
constexpr int kWrongUsage = 2;

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "eyelid measures eyelid closure in video: faces, lid landmarks, fraction eyelid closure, "
      "blinks.",
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
  eyelid::app::add_bench_command(app);
  eyelid::app::add_train_command(app);
  eyelid::app::add_model_command(app);
  eyelid::app::add_simulate_command(app);
  eyelid::app::add_doctor_command(app);

  try {
    app.parse(argc, argv);
    return 0;
  } catch (const CLI::CallForHelp& help) {
    return app.exit(help);
  } catch (const CLI::CallForAllHelp& help) {
    return app.exit(help);
  } catch (const CLI::CallForVersion& version) {
    return app.exit(version);
  } catch (const CLI::ParseError& error) {
    app.exit(error);
    return kWrongUsage;
  } catch (const eyelid::Error& error) {
    std::fprintf(stderr, "eyelid: %s\n", error.what());
    return kInputAtFault;
  } catch (const std::bad_alloc&) {
    std::fprintf(stderr, "eyelid: out of memory\n");
    return kInputAtFault;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "eyelid: %s\n", error.what());
    return kInputAtFault;
  }
}
