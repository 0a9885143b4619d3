// SPDX-License-Identifier: MIT
#include "eyelid/live/session_ending.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string_view>
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

void tell_what_was_missed(const EndedSession& session,
                          const SessionSummary& summary,
                          std::string_view consequence) {
  std::vector<std::string> missed;
  if (session.overrun_frames > 0) {
    missed.push_back(fmt::format("{} frames were not measured in time", session.overrun_frames));
  }
  if (summary.live->hurried > 0) {
    missed.push_back(fmt::format("{} frames were measured without detecting the face, to keep up",
                                 summary.live->hurried));
  }
  session.notice(fmt::format("{}: {}", fmt::join(missed, "; "), consequence));
}

/// Of a tracker that was behind: frames without a measurement or with a hurried one.
void measure_again_if_behind(EndedSession& session, SessionSummary& summary) {
  if (session.overrun_frames + summary.live->hurried == 0) return;
  if (!is_recorded(session, summary)) {
    tell_what_was_missed(session,
                         summary,
                         "not all frames are in a recording, so they stay as they are; what was "
                         "not measured has no closure");
    return;
  }
  tell_what_was_missed(
      session, summary, "measuring the recording again; Ctrl-C leaves them as they are");
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
    session.notice(std::string("the frames stay as they are: ") + error.what());
    return;
  }
  session.results = std::move(again);
  summary.live->measured_later = session.overrun_frames + summary.live->hurried;
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
  reports::ReportBuilder report(session.folder.run().scratch_folder(),
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
  measure_again_if_behind(session, summary);
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
