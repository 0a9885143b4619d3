// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "apps/command_line/progress.hpp"
#include "eyelid/pipeline/track_session.hpp"

namespace eyelid::app {

/// The bars of tracking one recording (pipeline::TrackProgress): one per phase, each in the place
/// of the one before; `prefix` stands before its name.
class TrackBars {
 public:
  explicit TrackBars(std::string prefix = "") : prefix_(std::move(prefix)) {}

  void update(pipeline::TrackPhase phase, std::int64_t done, std::optional<std::int64_t> total) {
    // By pipeline::TrackPhase; of one width, since one bar replaces the other.
    constexpr std::array<const char*, 3> kNames = {"tracking", "closure ", "pictures"};
    if (phase != shown_) bar_.emplace(prefix_ + kNames[static_cast<std::size_t>(phase)], "frames");
    shown_ = phase;
    bar_->update(done, total);
  }

 private:
  std::string prefix_;
  std::optional<Progress> bar_;
  std::optional<pipeline::TrackPhase> shown_;
};

}  // namespace eyelid::app
