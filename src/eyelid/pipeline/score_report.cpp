// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/score_report.hpp"

#include <algorithm>
#include <iterator>

#include "eyelid/conditioning/preset_rules.hpp"
#include "eyelid/conditioning/trial_alignment.hpp"
#include "eyelid/core/error.hpp"
#include "eyelid/reports/conditioning_report.hpp"

namespace eyelid::pipeline {
namespace {

constexpr double kBeforeCs_ms = 500.0;
constexpr double kAfterUs_ms = 600.0;
constexpr std::size_t kMaxValues = 600000;  // per eye: 1.6 MB of text

reports::ConditioningReport report_of(const ScoredSession& session) {
  reports::ConditioningReport report;
  const conditioning::Preset& preset = session.preset;
  report.folder = session.request.folder.string();
  report.preset_name = preset.name;
  report.preset_title = preset.title;
  report.preset_source = preset.source;
  report.preset_note = preset.note;
  report.rules = conditioning::rules_of(preset);
  const conditioning::StimulusTimes at{0.0, session.isi_s};
  const conditioning::Window& window = preset.cr.window;
  report.is_cr_to_us = window.to.onset == conditioning::StimulusOnset::Us;
  report.cr_window_ms = {1000.0 * conditioning::time_of(window.from, at),
                         1000.0 * window.to.offset_s};
  report.isi_ms = 1000.0 * session.isi_s;
  report.learning_percent = preset.learning.percent;
  return report;
}

std::string title_of(const ScoredSession& session) {
  if (!session.learning[0].subject.empty()) return session.learning[0].subject;
  if (session.summary)
    return std::filesystem::path(session.summary->source.path).filename().string();
  return session.request.folder.filename().string();
}

}  // namespace

void write_session_report(ScoredSession& session,
                          PictureChoice choice,
                          const std::function<void(std::int64_t)>& progress) {
  const TrialPictures pictures = cut_trial_pictures(session, choice, progress);
  std::ranges::copy(pictures.warnings, std::back_inserter(session.warnings));
  const AlignedTraces traces = conditioning::align_trials(session.trace,
                                                          session.times,
                                                          -kBeforeCs_ms,
                                                          1000.0 * session.isi_s + kAfterUs_ms,
                                                          kMaxValues);
  reports::ConditioningReport report = report_of(session);
  report.title = title_of(session);
  report.scores = session.scores;
  report.learning = session.learning;
  report.traces = &traces;
  report.pictures = &pictures.by_trial;
  report.no_pictures = pictures.reason;
  report.clock = session.clock ? &*session.clock : nullptr;
  report.warnings = session.warnings;
  reports::write_conditioning_report(session.run->staged("conditioning.html"), report);
}

void write_study_report(const std::filesystem::path& path,
                        const std::vector<ScoredSession>& sessions,
                        const LearningSummary& study) {
  EYELID_EXPECTS(!sessions.empty());
  reports::ConditioningReport report = report_of(sessions.front());
  report.title = "Learning over sessions";
  report.study = &study;
  for (const ScoredSession& session : sessions) {
    for (const std::string& warning : session.warnings) {
      report.warnings.push_back(session.request.folder.filename().string() + ": " + warning);
    }
  }
  reports::write_conditioning_report(path, report);
}

}  // namespace eyelid::pipeline
