// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "apps/command_line/progress.hpp"
#include "eyelid/pipeline/track_session.hpp"

namespace eyelid::app {

/// Shows the phases of track_session one after the other.
class TrackProgressBar {
 public:
  pipeline::TrackProgress callback();
  void finish() { progress_.reset(); }

 private:
  std::unique_ptr<Progress> progress_;
  pipeline::TrackPhase phase_ = pipeline::TrackPhase::Tracking;
};

}  // namespace eyelid::app
