// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "eyelid/core/session.hpp"
#include "eyelid/dashboard/dashboard.hpp"
#include "eyelid/live/experiment.hpp"
#include "eyelid/live/frame_pool.hpp"
#include "eyelid/live/scribe.hpp"

namespace eyelid::live {

/// What the dashboard shows of a session: every closure, the newest frame, counts, trials.
///
/// Threads: add() from the one that measures, which it never holds up; add_arrival() and
/// add_loss() from the reader; show() and finish() from the session's own; add_message() from any.
class SessionView {
 public:
  SessionView(const dashboard::Options& options, dashboard::Dashboard::OnCommand on_command)
      : dashboard_(options, std::move(on_command)) {}

  /// With its token: for the user alone.
  std::string address() const { return dashboard_.address(); }
  void add_message(const std::string& sentence) { dashboard_.add_message(sentence); }
  void add(const MeasuredFrame& frame);
  void add_arrival(const CapturedFramePtr& frame);
  /// A frame that never came, or came incomplete: marked at the next closure.
  void add_loss() { is_loss_new_.store(true); }
  /// About ten times a second. `recording`: what is recorded, for people. `instruction`: for the
  /// person before the camera.
  void show(double seconds,
            const LiveSummary& counts,
            const std::string& recording,
            const std::string& instruction,
            const Experiment& experiment);
  void finish(const std::string& sentence);

 private:
  dashboard::Dashboard dashboard_;
  std::atomic<bool> is_loss_new_ = false;
  std::mutex mutex_;  // guards what follows
  CapturedFramePtr newest_;
  std::optional<EyeLandmarks> eyes_;  // the newest that were measured
};

}  // namespace eyelid::live
