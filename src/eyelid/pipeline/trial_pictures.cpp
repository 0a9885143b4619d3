// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/trial_pictures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <utility>

#include "eyelid/pipeline/recording_path.hpp"
#include "eyelid/pipeline/run_check.hpp"
#include "eyelid/tables/frames_csv.hpp"
#include "eyelid/tables/landmarks_csv.hpp"
#include "eyelid/video/frame_source.hpp"

namespace eyelid::pipeline {
namespace {

constexpr std::int64_t kMaxFramesByDefault = 30000;
constexpr std::size_t kMaxTrials = 400;
constexpr double kBeforeCs_s = 0.01;

struct PictureRequest {
  std::size_t sample = 0;  // of the trace
  int trial = 0;
  std::string label;
};

void add_want(const ScoredSession& session,
              const conditioning::StimulusTimes& at,
              double time_s,
              int trial,
              const char* label,
              std::vector<PictureRequest>& wants) {
  const conditioning::SampleRange from = session.trace.between(at, time_s, HUGE_VAL);
  if (!from.is_empty()) wants.push_back({from.first, trial, label});
}

std::vector<PictureRequest> wants_of(const ScoredSession& session) {
  std::vector<PictureRequest> wants;
  const std::vector<double>& fec = session.trace.fec(ScoredEye::Mean);
  for (std::size_t i = 0; i < std::min(session.rows.size(), kMaxTrials); ++i) {
    const Trial& trial = session.rows[i].trial;
    const conditioning::StimulusTimes& at = session.times[i];
    if (!std::isfinite(at.cs_s)) continue;
    const TrialScore& score = session.scores[kScoredEyes.size() * i + kMeanOfEyes];
    if (trial.cs_onset_s) {
      add_want(session, at, at.cs_s - kBeforeCs_s, trial.number, "before the CS", wants);
      const double end_s =
          trial.us_onset_s ? at.us_s : at.us_s + 0.2;  // a CS-alone response may peak later
      const conditioning::SampleRange range = session.trace.between(at, at.cs_s + 0.06, end_s);
      const std::size_t top = conditioning::argmax(fec, range);
      if (top < range.last) {
        wants.push_back({top, trial.number, "most closed between CS and US"});
      }
    } else {
      add_want(session, at, at.us_s - kBeforeCs_s, trial.number, "before the US", wants);
    }
    if (std::isfinite(score.ur_peak_latency_ms)) {
      add_want(session,
               at,
               at.us_s + score.ur_peak_latency_ms / 1000.0,
               trial.number,
               "most closed after the US",
               wants);
    }
  }
  std::ranges::stable_sort(wants, {}, &PictureRequest::sample);
  return wants;
}

// Lid points and face boxes in step with the frames.
class EyesInStep {
 public:
  explicit EyesInStep(const ScoredSession& session) : frames_(session.frames_file) {
    const std::filesystem::path& folder = session.request.folder;
    std::error_code error;
    if (std::filesystem::exists(folder / "landmarks.csv", error)) {
      check_same_run(folder, "landmarks.csv", session.summary);
      landmarks_ = std::make_unique<tables::LandmarksCsvReader>(folder / "landmarks.csv");
    }
  }

  films::EyeCrop crop(const FrameView& image, std::int64_t frame) {
    while (sample_.frame < frame && frames_.next(sample_)) {
    }
    const std::optional<EyeLandmarks> eyes = eyes_at(frame);
    if (eyes) return films::cut_both_eyes(image, *eyes);
    return films::cut_eyes_of_face(image, sample_.face_box);
  }

 private:
  std::optional<EyeLandmarks> eyes_at(std::int64_t frame) {
    if (!landmarks_) return std::nullopt;
    while (row_.frame < frame && landmarks_->next(row_)) {
    }
    return row_.frame == frame ? row_.eyes() : std::nullopt;
  }

  tables::FramesCsvReader frames_;
  std::unique_ptr<tables::LandmarksCsvReader> landmarks_;
  EyelidSample sample_{.frame = -1};
  tables::LandmarksRow row_;
};

void cut(const ScoredSession& session,
         video::FrameSource& source,
         const std::vector<PictureRequest>& wants,
         const std::function<void(std::int64_t)>& progress,
         TrialPictures& pictures) {
  EyesInStep eyes(session);
  video::Frame frame;
  auto want = wants.begin();
  while (want != wants.end() && source.next(frame)) {
    for (; want != wants.end() && session.trace.frame()[want->sample] <= frame.index; ++want) {
      if (session.trace.frame()[want->sample] < frame.index) continue;  // was skipped as damaged
      pictures.by_trial[want->trial].push_back(
          {want->label,
           eyes.crop(frame.image.view(), frame.index),
           frame.index,
           session.trace.time_s()[want->sample],
           static_cast<float>(session.trace.fec(ScoredEye::Mean)[want->sample])});
    }
    progress(frame.index + 1);
  }
}

}  // namespace

TrialPictures cut_trial_pictures(const ScoredSession& session,
                                 PictureChoice choice,
                                 const std::function<void(std::int64_t)>& progress) {
  TrialPictures pictures;
  pictures.reason = "This trial has no pictures.";
  const bool is_wanted = choice == PictureChoice::Always;
  const auto frames = session.trace.frames();
  if (choice == PictureChoice::Never) {
    pictures.reason = "Pictures were not requested.";
  } else if (choice == PictureChoice::Auto && frames > kMaxFramesByDefault) {
    pictures.reason = fmt::format(
        "No pictures: the recording has {} frames, more than the {} up to which they are cut by "
        "default.",
        frames,
        kMaxFramesByDefault);
  } else {
    try {
      const std::unique_ptr<video::FrameSource> source = open_recording(session);
      cut(session, *source, wants_of(session), progress, pictures);
      if (auto warning = missing_file_warning(session.request.folder,
                                              "landmarks.csv",
                                              session.summary,
                                              "the pictures of the trials show no lid points")) {
        pictures.warnings.push_back(std::move(*warning));
      }
      if (session.rows.size() > kMaxTrials) {
        pictures.reason = fmt::format("Only the first {} trials have pictures.", kMaxTrials);
        if (is_wanted) pictures.warnings.push_back(pictures.reason);
      }
    } catch (const RecordingNotFound& error) {
      pictures.reason = std::string("No pictures: ") + error.what();
      if (is_wanted) pictures.warnings.push_back(pictures.reason);
    }
  }
  return pictures;
}

}  // namespace eyelid::pipeline
