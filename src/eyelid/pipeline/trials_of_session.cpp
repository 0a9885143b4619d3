// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/trials_of_session.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "eyelid/conditioning/trial_check.hpp"
#include "eyelid/core/error.hpp"
#include "eyelid/tables/frames_csv.hpp"
#include "eyelid/tables/trials_csv.hpp"

namespace eyelid::pipeline {
namespace {

using tables::OnsetsInClip;
using tables::TrialTable;

struct ClipBounds {
  std::int64_t first_frame = 0;
  std::int64_t last_frame = 0;
  double first_s = 0.0;
  double last_s = 0.0;
};

/// By clip number; the whole session as tables::kNoClip.
using SessionBounds = std::map<std::int32_t, ClipBounds>;

SessionBounds bounds_in(const std::filesystem::path& frames) {
  SessionBounds bounds;
  tables::FramesCsvReader reader(frames);
  for (EyelidSample sample; reader.next(sample);) {
    for (const std::int32_t clip : {tables::kNoClip, sample.clip}) {
      const auto [place, is_new] = bounds.try_emplace(clip);
      ClipBounds& found = place->second;
      if (is_new) found = {sample.frame, sample.frame, sample.time_s, sample.time_s};
      found.last_frame = sample.frame;
      found.last_s = sample.time_s;
    }
  }
  return bounds;
}

/// Times of some frames of the session.
void find_times(const std::filesystem::path& frames, std::map<std::int64_t, double>& times) {
  if (times.empty()) return;
  tables::FramesCsvReader reader(frames);
  for (EyelidSample sample; reader.next(sample);) {
    const auto wanted = times.find(sample.frame);
    if (wanted != times.end()) wanted->second = sample.time_s;
  }
}

/// One row for every clip.
void repeat_in_every_clip(TrialTable& table, const SessionBounds& bounds) {
  const TrialRow row = table.rows.front();
  const OnsetsInClip onsets = table.onsets.front();
  table.rows.clear();
  table.onsets.clear();
  for (const auto& [clip, unused] : bounds) {
    if (clip == tables::kNoClip) continue;
    table.rows.push_back(row);
    table.rows.back().trial.number = static_cast<int>(table.rows.size());
    table.onsets.push_back(onsets);
    table.onsets.back().clip = clip;
  }
}

class Placement {
 public:
  Placement(TrialTable table, const std::filesystem::path& frames)
      : table_(std::move(table)), frames_(frames), bounds_(bounds_in(frames)) {
    if (table_.is_of_every_clip) repeat_in_every_clip(table_, bounds_);
  }

  std::vector<TrialRow> run(const std::string& file) {
    for (std::size_t i = 0; i < table_.rows.size(); ++i) {
      visit(i, [this](auto&&... onset) { note_frame(onset...); });
    }
    find_times(frames_, frame_times_);
    for (std::size_t i = 0; i < table_.rows.size(); ++i) {
      visit(i, [this](auto&&... onset) { place(onset...); });
    }
    if (!problems_.empty()) throw InputError(conditioning::listed(file, problems_));
    return std::move(table_.rows);
  }

 private:
  // Each onset of a row, with its clip.
  template <class Use>
  void visit(std::size_t i, Use use) {
    TrialRow& row = table_.rows[i];
    const OnsetsInClip& onsets = table_.onsets[i];
    const auto clip = bounds_.find(onsets.clip);
    if (clip == bounds_.end()) {
      if (problems_.empty() || problems_.back().line != row.line) {
        problems_.push_back({row.line,
                             row.trial.number,
                             fmt::format("is in clip {}, expected one of the {} of the session",
                                         onsets.clip,
                                         bounds_.empty() ? 0 : bounds_.size() - 1)});
      }
      return;
    }
    use(row, row.trial.cs_onset_s, onsets.cs_frame, clip->second);
    use(row, row.trial.us_onset_s, onsets.us_frame, clip->second);
  }

  void note_frame(const TrialRow&,
                  const std::optional<double>&,
                  const std::optional<std::int64_t>& frame,
                  const ClipBounds& clip) {
    if (frame) frame_times_.emplace(clip.first_frame + *frame, kNoFigure);
  }

  void place(const TrialRow& row,
             std::optional<double>& onset_s,
             const std::optional<std::int64_t>& frame,
             const ClipBounds& clip) {
    if (frame) {
      onset_s = frame_times_.at(clip.first_frame + *frame);
      if (clip.first_frame + *frame > clip.last_frame || std::isnan(*onset_s)) {
        add_problem(row,
                    fmt::format("frame {}, expected one of its clip, 0 to {}",
                                *frame,
                                clip.last_frame - clip.first_frame));
      }
    } else if (onset_s) {
      if (*onset_s < 0.0 || *onset_s > clip.last_s - clip.first_s) {
        add_problem(row,
                    fmt::format("an onset at {:g} s, expected one within its clip of {:.3f} s",
                                *onset_s,
                                clip.last_s - clip.first_s));
      }
      *onset_s += clip.first_s;
    }
  }

  void add_problem(const TrialRow& row, std::string what) {
    problems_.push_back({row.line, row.trial.number, "has " + std::move(what)});
  }

  TrialTable table_;
  const std::filesystem::path& frames_;
  SessionBounds bounds_;
  std::map<std::int64_t, double> frame_times_;  // of the session
  std::vector<TrialProblem> problems_;
};

}  // namespace

std::vector<TrialRow> trials_of_session(const std::filesystem::path& trials,
                                        const std::filesystem::path& frames) {
  TrialTable table = tables::read_trial_table(trials);
  if (table.onsets.empty()) return std::move(table.rows);
  return Placement(std::move(table), frames).run(trials.string());
}

}  // namespace eyelid::pipeline
