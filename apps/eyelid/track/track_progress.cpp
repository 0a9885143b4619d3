// SPDX-License-Identifier: MIT
#include "apps/eyelid/track/track_progress.hpp"

namespace eyelid::app {
namespace {

const char* title_of(pipeline::TrackPhase phase) {
  switch (phase) {
    case pipeline::TrackPhase::Tracking:
      return "tracking";
    case pipeline::TrackPhase::Analysis:
      return "closure ";
    case pipeline::TrackPhase::Pictures:
      return "pictures";
  }
  return "";
}

}  // namespace

pipeline::TrackProgress TrackProgressBar::callback() {
  return [this](pipeline::TrackPhase phase, std::int64_t done, std::optional<std::int64_t> total) {
    if (!progress_ || phase != phase_) {
      progress_.reset();
      progress_ = std::make_unique<Progress>(title_of(phase), "frames");
      phase_ = phase;
    }
    progress_->update(done, total);
  };
}

}  // namespace eyelid::app
