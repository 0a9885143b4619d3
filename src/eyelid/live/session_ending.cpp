// SPDX-License-Identifier: MIT
#include "eyelid/live/session_ending.hpp"

#include <fmt/format.h>

#include <utility>

#include "eyelid/files/interruption.hpp"
#include "eyelid/live/measure_again.hpp"
#include "eyelid/pipeline/second_pass.hpp"
#include "eyelid/reports/report_builder.hpp"
#include "eyelid/tables/events_csv.hpp"
#include "eyelid/tables/session_json.hpp"
#include "eyelid/tables/trials_csv.hpp"
#include "eyelid/video/frame_source.hpp"

namespace eyelid::live {
namespace {

/// Whether the recording holds every complete frame.
bool is_recorded(const EndedSession& session, const SessionSummary& summary) {
  return session.has_recording && summary.live->recorded == session.results->frames();
}

void measure_overrun_frames(EndedSession& session, SessionSummary& summary) {
  if (session.overrun_frames == 0) return;
  if (!is_recorded(session, summary)) {
    session.notice(
        fmt::format("{} frames were not measured in time and are not all in a recording: they have "
                    "no closure",
                    session.overrun_frames));
    return;
  }
  session.notice(
      fmt::format("{} frames were not measured in time: measuring the recording again; Ctrl-C "
                  "leaves them without closure",
                  session.overrun_frames));
  auto again = std::make_unique<pipeline::SessionResults>(
      session.folder.run(), session.closure_options, std::nullopt, std::nullopt);
  try {
    measure_again(session.folder.unfinished_recording(),
                  session.folder.unfinished_table(),
                  session.request.setup,
                  session.detect_every,
                  [&](const FrameMeasurement& measurement) {
                    if (session.callbacks.shall_end()) throw files::Interrupted("by the user");
                    again->add(measurement);
                  });
  } catch (const files::Interrupted&) {
    return;
  } catch (const InputError& error) {  // a table that was cut on a full disk, for example
    session.notice(std::string("they stay without closure: ") + error.what());
    return;
  }
  session.results = std::move(again);
  summary.live->measured_later = session.overrun_frames;
}

void analyze(EndedSession& session, SessionSummary& summary) {
  pipeline::SessionResults& results = *session.results;
  summary.source.frame_count = results.frames();
  summary.source_report.decoded_frames = results.frames();
  summary.source_report.missing_frames = summary.live->lost + summary.live->incomplete;
  results.analyze(summary, {}, [&](std::int64_t done) {
    session.callbacks.on_analysis(done, results.frames());
  });
  summary.warnings.insert(summary.warnings.begin(), session.notices.begin(), session.notices.end());
  summary.wall_s = session.seconds();
  summary.frames_per_second = summary.live->measured_frames_per_second;
}

void write_experiment(EndedSession& session) {
  if (session.experiment == nullptr) return;
  files::RunFolder& run = session.folder.run();
  tables::write_events_csv(run.staged("events.csv"), session.experiment->events());
  if (session.experiment->has_plan()) {
    tables::write_trials_csv(run.staged("trials.csv"), session.experiment->trials());
  }
}

void write_report(EndedSession& session, const SessionSummary& summary) {
  if (!session.request.write_report) return;
  reports::ReportBuilder report(session.folder.run().private_folder(),
                                {.title = session.request.title});
  const pipeline::SecondPassInputs findings = session.results->findings();
  // Pictures need the frames: all of them.
  if (is_recorded(session, summary) && session.results->frames() > 0) {
    const auto source = video::open_source({session.folder.unfinished_recording()},
                                           {.is_wanted = session.results->frames_of_report()});
    pipeline::render_second_pass(*source, findings, {&report, nullptr}, [](std::int64_t) {});
  } else {
    pipeline::report_without_pictures(findings, report);
  }
  if (session.experiment != nullptr && session.experiment->has_plan()) {
    report.set_trials(session.experiment->trials());
  }
  report.write(session.folder.run().staged("report.html"), summary);
}

}  // namespace

void write_files(EndedSession& session, SessionSummary& summary) {
  measure_overrun_frames(session, summary);
  if (session.closure_options.calibration) {
    session.results->set_levels(*session.closure_options.calibration);
  }
  analyze(session, summary);
  write_experiment(session);
  write_report(session, summary);
  session.folder.finish(session.has_recording, summary.run.recording);
  summary.run.recording.frames = summary.live->recorded;
  summary.run.sha256 = session.folder.run().hashes();
  tables::write_session_json(session.folder.run().staged("session.json"), summary);
}

}  // namespace eyelid::live
