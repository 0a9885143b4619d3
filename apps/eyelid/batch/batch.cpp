// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <CLI/App.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "apps/command_line/json_output.hpp"
#include "apps/command_line/options.hpp"
#include "apps/command_line/output_option.hpp"
#include "apps/command_line/track_progress.hpp"
#include "apps/command_line/value_names.hpp"
#include "apps/eyelid/batch/cluster_environment.hpp"
#include "apps/eyelid/commands.hpp"
#include "apps/eyelid/process.hpp"
#include "eyelid/batch/batch_job.hpp"
#include "eyelid/core/error.hpp"
#include "eyelid/core/stopwatch.hpp"
#include "eyelid/files/interruption.hpp"

namespace eyelid::app {
namespace {

using batch::ManifestRow;
using batch::Outcome;
using batch::RowResult;

constexpr int kInputFault = 1;
constexpr int kMachineFault = 75;  // EX_TEMPFAIL of sysexits.h: "the user is invited to retry"
/// A machine that fails so many recordings in a row will fail the rest as well.
constexpr int kMaxMachineFaultsInARow = 3;

struct BatchCommand {
  CLI::App* app = nullptr;
  std::filesystem::path manifest;
  batch::BatchRequest request;
  std::string task;  // a number, "all", or empty: of the cluster's array, else all
  std::int64_t per_task = 1;
  std::filesystem::path json;

  void run();

 private:
  void take_options();
  void take_threads();
  std::vector<ManifestRow> rows_to_do(std::vector<ManifestRow> rows) const;
  std::optional<std::int64_t> task_number(std::string& source) const;
  void do_all(const std::vector<ManifestRow>& rows);
  RowResult do_one(const ManifestRow& row, std::size_t index, std::size_t count) const;
  void report(const ManifestRow& row, const RowResult& result);
  int status() const;
  void write_figures(double seconds) const;

  struct Named {
    std::string id;
    RowResult result;
  };
  std::array<std::int64_t, 5> counts_{};  // by Outcome
  std::vector<Named> results_;
  bool is_interrupted_ = false;
  std::string interruption_;
};

/// What was given that changes the files of a recording, as text: "--detector=hog".
void BatchCommand::take_options() {
  const auto is_one_of = [](const std::string& name, const std::vector<std::string>& names) {
    return std::ranges::find(names, name) != names.end();
  };
  for (const CLI::Option* option : app->get_options()) {
    const std::string name = option->get_name();
    if (option->count() == 0 || !name.starts_with("--") ||
        is_one_of(name,
                  {"--out",
                   "--task",
                   "--per-task",
                   "--resume",
                   "--retry-failed",
                   "--threads",
                   "--batch",
                   "--json",
                   "--help"})) {
      continue;
    }
    std::string text = name;
    for (const std::string& value : option->results()) text += "=" + value;
    const bool is_of_scoring = is_one_of(name, {"--preset", "--set"});
    (is_of_scoring ? request.score_options : request.track_options).push_back(text);
  }
}

void BatchCommand::take_threads() {
  if (request.track.setup.threads) return;
  if (const std::optional<ClusterNumber> given = processors_of_cluster()) {
    request.track.setup.threads = static_cast<int>(given->value);
  }
}

std::optional<std::int64_t> BatchCommand::task_number(std::string& source) const {
  if (task == "all") return std::nullopt;
  if (!task.empty()) {
    source = "--task";
    return std::stoll(task);
  }
  const std::optional<ClusterNumber> given = task_of_cluster();
  if (!given) return std::nullopt;
  source = given->variable;
  return given->value;
}

std::vector<ManifestRow> BatchCommand::rows_to_do(std::vector<ManifestRow> rows) const {
  std::string source;
  const std::optional<std::int64_t> number = task_number(source);
  if (!number) return rows;
  const auto part = batch::rows_of_task(rows.size(), *number, per_task);
  const auto count = static_cast<std::int64_t>(rows.size());
  const std::int64_t tasks = (count - 1) / per_task + 1;
  if (!part) {
    throw InputError(
        fmt::format("{}: {} recordings make {} task{}, found the task {} ({}), "
                    "expected 1 to {}",
                    manifest.string(),
                    count,
                    tasks,
                    tasks == 1 ? "" : "s",
                    *number,
                    source,
                    tasks));
  }
  fmt::print("task {} of {} ({}): recordings {} to {} of {}\n",
             *number,
             tasks,
             source,
             part->first + 1,
             part->last,
             count);
  return {rows.begin() + static_cast<std::ptrdiff_t>(part->first),
          rows.begin() + static_cast<std::ptrdiff_t>(part->last)};
}

RowResult BatchCommand::do_one(const ManifestRow& row, std::size_t index, std::size_t count) const {
  TrackBars bars(fmt::format("{}/{} {}: ", index + 1, count, row.id));
  return batch::do_recording(
      request,
      row,
      [&](pipeline::TrackPhase phase, std::int64_t done, std::optional<std::int64_t> total) {
        bars.update(phase, done, total);
      });
}

void BatchCommand::report(const ManifestRow& row, const RowResult& result) {
  ++counts_[static_cast<std::size_t>(result.outcome)];
  results_.push_back({row.id, result});
  const std::string outcome(batch::name_of(result.outcome));
  switch (result.outcome) {
    case Outcome::Done:
      if (result.only_scored) {
        fmt::print("{}: done, {:.1f} s (tracked before)\n", row.id, result.seconds);
      } else {
        fmt::print("{}: done, {} frames, {:.1f} s\n", row.id, result.frames, result.seconds);
      }
      break;
    case Outcome::DoneBefore:
      fmt::print("{}: done before\n", row.id);
      break;
    case Outcome::Failed:
    case Outcome::FailedBefore:
    case Outcome::Stopped:
      std::fflush(stdout);
      std::fprintf(stderr,
                   "eyelid: %s\n",
                   fit_for_terminal(row.id + ": " + outcome + ": " + result.message).c_str());
  }
  std::fflush(stdout);
}

void BatchCommand::do_all(const std::vector<ManifestRow>& rows) {
  int machine_faults = 0;
  const Stopwatch stopwatch;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    try {
      files::throw_if_interrupted();
      const RowResult result = do_one(rows[i], i, rows.size());
      report(rows[i], result);
      machine_faults = result.outcome == Outcome::Stopped ? machine_faults + 1 : 0;
    } catch (const files::Interrupted& interruption) {
      files::take_interruption();
      is_interrupted_ = true;
      interruption_ = interruption.what();
      break;
    }
    if (machine_faults == kMaxMachineFaultsInARow) {
      std::fflush(stdout);
      std::fprintf(stderr,
                   "eyelid: the machine failed %d recordings in a row; the other %zu are left for "
                   "another attempt\n",
                   machine_faults,
                   rows.size() - i - 1);
      break;
    }
  }
  const std::int64_t left = std::ssize(rows) - std::ssize(results_);
  fmt::print(
      "{} recordings: {} done, {} done before, {} failed, {} failed before, {} stopped, {} "
      "not begun; {:.1f} s\n",
      rows.size(),
      counts_[0],
      counts_[1],
      counts_[2],
      counts_[3],
      counts_[4],
      left,
      stopwatch.seconds());
  std::fflush(stdout);
  if (is_interrupted_) std::fprintf(stderr, "eyelid: %s\n", interruption_.c_str());
}

int BatchCommand::status() const {
  const auto count = [&](Outcome outcome) { return counts_[static_cast<std::size_t>(outcome)]; };
  if (is_interrupted_ || count(Outcome::Stopped) > 0) return kMachineFault;
  return count(Outcome::Failed) + count(Outcome::FailedBefore) > 0 ? kInputFault : 0;
}

void BatchCommand::write_figures(double seconds) const {
  nlohmann::ordered_json object = json_head("batch");
  object["seconds"] = seconds;
  object["interrupted"] = is_interrupted_;
  object["recordings"] = nlohmann::ordered_json::array();
  for (const Named& one : results_) {
    object["recordings"].push_back({{"id", one.id},
                                    {"outcome", batch::name_of(one.result.outcome)},
                                    {"message", one.result.message},
                                    {"frames", one.result.frames},
                                    {"seconds", one.result.seconds}});
  }
  write_json(json, object);
}

void BatchCommand::run() {
  if (request.retries_failed && !request.resume) {
    throw CLI::RequiresError("--retry-failed", "--resume");
  }
  take_options();
  take_threads();
  const Stopwatch stopwatch;
  const std::vector<ManifestRow> rows = rows_to_do(batch::read_manifest(manifest));
  std::vector<std::filesystem::path> inputs = {manifest};
  for (const ManifestRow& row : rows) {
    for (const auto& file : {row.video, row.trials, row.calibration, row.timestamps}) {
      if (!file.empty()) inputs.push_back(file);
    }
  }
  if (!json.empty()) check_output_options(*app, inputs);
  do_all(rows);
  if (!json.empty()) write_figures(stopwatch.seconds());
  if (const int result = status(); result != 0) throw CLI::RuntimeError(result);
}

void add_task_options(CLI::App& app, BatchCommand& command) {
  const OptionGroup group(app, "Cluster (docs/cluster.md)");
  app.add_option("--task",
                 command.task,
                 "Do the recordings of one task of a job array, counted from 1, or all; default: "
                 "SLURM_ARRAY_TASK_ID, SGE_TASK_ID, LSB_JOBINDEX, or PBS_ARRAY_INDEX where one is "
                 "set, else all")
      ->check([](const std::string& text) {
        const bool is_number =
            !text.empty() && text.size() <= 18 &&
            std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
        return is_number || text == "all" ? std::string() : "expected a number or all: " + text;
      });
  app.add_option("--per-task",
                 command.per_task,
                 "Recordings per task: several short ones, or more than the engine allows tasks")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1'000'000}))
      ->capture_default_str();
  app.add_flag("--resume",
               command.request.resume,
               "Do only what is not whole with the same inputs and options, and what did not fail "
               "for good");
  app.add_flag("--retry-failed",
               command.request.retries_failed,
               "With --resume: also do again what failed for good");
}

}  // namespace

void add_batch_command(CLI::App& app) {
  auto command = std::make_shared<BatchCommand>();
  batch::BatchRequest& request = command->request;
  CLI::App* batch = app.add_subcommand(
      "batch",
      "Track and score many recordings, here or as tasks of a cluster.\n"
      "Exit status: 0 all are done; 1 an input is at fault, do not retry; 75 the machine or a "
      "signal is, retry with --resume; 2 wrong usage. Threads without --threads: "
      "SLURM_CPUS_PER_TASK, NSLOTS, LSB_DJOB_NUMPROC, or NCPUS where one is set, else the "
      "processors that affinity and control groups leave.");
  command->app = batch;
  batch
      ->add_option("manifest",
                   command->manifest,
                   "Table with a row per recording: id,video and any of trials, calibration, "
                   "timestamps, subject, session, phase, group, note")
      ->type_name(kPath)
      ->required();
  batch->add_option("--out", request.root, "Folder that gets a folder per recording, named by id")
      ->type_name(kFolder)
      ->required();
  add_task_options(*batch, *command);
  batch->add_flag("--save-landmarks", request.track.save_landmarks, "Also write landmarks.csv");
  batch->add_flag("--overlay", request.track.write_overlay, "Also write overlay.mp4");
  batch->add_flag_callback(
      "--no-report",
      [command] { command->request.track.write_report = false; },
      "Do not write the reports");
  batch->add_option("--preset", request.score.preset, "Scoring preset: a name or a .json file")
      ->type_name(kPresetName)
      ->capture_default_str();
  batch->add_option(
      "--set", request.score.settings, "Override a preset value, for example criterion.above=0.05");
  add_setup_options(*batch, request.track.setup);
  add_json_option(*batch, command->json);
  batch->callback([command] { command->run(); });
}

}  // namespace eyelid::app
