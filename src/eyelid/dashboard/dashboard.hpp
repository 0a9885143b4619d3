// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "eyelid/core/face.hpp"
#include "eyelid/core/image.hpp"
#include "eyelid/core/per_eye.hpp"

namespace eyelid::dashboard {

/// What one frame adds to the trace.
struct TracePoint {
  double time_s = 0.0;              // of the session
  PerEye<float> fec = kNeitherEye;  // kNotAvailable: not measured
  float mean_fec = kNotAvailable;
  bool is_lost = false;  // the frame never came, or came incomplete
};

/// What the page says of the session in numbers.
struct State {
  double seconds = 0.0;
  std::int64_t frames = 0, lost = 0, incomplete = 0, overrun = 0;
  double frames_per_second = 0.0;
  double p50_ms = 0.0, p99_ms = 0.0, max_ms = 0.0;  // arrival of a frame to its FEC
  std::string trial_state;                          // empty: no experiment
  std::int64_t trial = 0, trials = 0;               // the current one, from 1, of how many
  bool is_armed = false;
  std::string instruction;  // for the person before the camera, shown large; empty: none
  std::string recording;    // what is recorded, for people; empty: nothing
};

enum class Command { Arm, Disarm, Mark, Stop };

struct Options {
  std::string host = "127.0.0.1";  // name or address to listen on; loopback unless asked otherwise
  int port = 0;                    // 0: any that is free
};

/// The page of a running session in the browser: trace of both eyes, picture with lid points,
/// counts, latency, trials, messages, and the buttons arm, disarm, mark, stop.
///
/// It serves whoever knows the token in `address()`, at most 16 windows at a time. A window that
/// reads slowly gets the newest data, never all of it; memory, threads and file descriptors are
/// bounded whatever connects. Its threads run at normal priority with a lower share of the
/// processor (nice 5).
class Dashboard {
 public:
  /// Called for every command of a user, from threads of the dashboard, one at a time; `note` is
  /// what the user wrote to a mark, up to 1,000 bytes of any text. An Error refuses the command:
  /// its sentence is shown to the user. Must not destroy the dashboard.
  using OnCommand = std::function<void(Command, std::string note)>;

  /// Serves from now on. Throws InputError: nobody may listen there.
  Dashboard(const Options& options, OnCommand on_command);
  /// finish(), then no command comes any more.
  ~Dashboard();
  Dashboard(const Dashboard&) = delete;
  Dashboard& operator=(const Dashboard&) = delete;

  /// What to open: http://127.0.0.1:PORT/?token=TOKEN
  std::string address() const;

  /// For the measuring thread, one at a time: never waits and never allocates. A point for which
  /// there is no room is dropped, counted, and shown as such.
  void add(const TracePoint& point);
  /// About ten times a second. Free while no window is open; else it compresses two small pictures
  /// in the calling thread, about a millisecond.
  void show(const FrameView& frame, const std::optional<EyeLandmarks>& eyes, double time_s);
  // Short calls, from any thread.
  void set_state(const State& state);
  /// A sentence for the user; the page keeps the latest 50.
  void add_message(const std::string& sentence);
  /// The session has ended: open windows say so, keep what they show, and are told no more. Waits
  /// up to half a second for them. The first call counts.
  void finish(const std::string& sentence);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace eyelid::dashboard
