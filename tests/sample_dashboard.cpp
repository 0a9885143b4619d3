// SPDX-License-Identifier: MIT
// The dashboard of a rendered session, for the browser test, and to look at while working on the
// page. Prints its address, then every command as a line "command NAME NOTE".
//
//   eyelid_sample_dashboard SECONDS
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <iostream>
#include <string>
#include <thread>

#include "eyelid/core/error.hpp"
#include "eyelid/dashboard/dashboard.hpp"
#include "eyelid/synthesis/session_renderer.hpp"

namespace {

namespace dashboard = eyelid::dashboard;
using dashboard::Command;
using std::chrono::milliseconds;

constexpr double kFramesPerSecond = 500.0;

struct Session {
  std::atomic<bool> is_armed = false;
  std::atomic<bool> is_stopped = false;
  std::atomic<std::int64_t> frame = 0;
  eyelid::synthesis::SessionRenderer film{{}};

  void obey(Command command, const std::string& note) {
    constexpr const char* kNames[] = {"arm", "disarm", "mark", "stop"};
    std::cout << "command " << kNames[static_cast<int>(command)] << " " << note << std::endl;
    if (note == "refuse")
      throw eyelid::InputError("the sample refuses this mark; expected another");
    if (command == Command::Arm) is_armed = true;
    if (command == Command::Disarm) is_armed = false;
    if (command == Command::Stop) is_stopped = true;
  }

  dashboard::State state() const {
    dashboard::State state;
    state.frames = frame.load();
    state.seconds = static_cast<double>(state.frames) / kFramesPerSecond;
    state.lost = state.frames / 1000;
    state.incomplete = state.frames / 3000;
    state.frames_per_second = 499.8;
    // As of a session without a measured frame.
    state.p50_ms = state.frames < 2000 ? std::nan("") : 0.52;
    state.p99_ms = 1.94;
    state.max_ms = 8.9;
    state.trial = state.frames / 2500 + 1;
    state.trials = 60;
    state.is_armed = is_armed.load();
    state.trial_state =
        state.is_armed ? "waiting until the eye is open and still" : "4.2 s to the next trial";
    // As of a calibration, while trials are armed.
    if (state.is_armed) state.instruction = "blink 2 of 5: close both eyes";
    state.recording = "ffvhuff, 0.4 GB";
    return state;
  }
};

// In place of the measuring thread.
void measure(Session& session, dashboard::Dashboard& board) {
  const auto begin = std::chrono::steady_clock::now();
  for (std::int64_t i = 0; !session.is_stopped; ++i) {
    const double time_s = static_cast<double>(i) / kFramesPerSecond;
    std::this_thread::sleep_until(begin + std::chrono::duration<double>(time_s));
    const auto truth = session.film.truth(i % session.film.frame_count());
    const bool is_lost = i % 1000 == 999;
    if (is_lost) {
      board.add({.time_s = time_s, .is_lost = true});
    } else {
      board.add({time_s, truth.fec, eyelid::mean_of_valid(truth.fec), false});
    }
    session.frame = i;
  }
}

int run(double seconds) {
  Session session;
  dashboard::Dashboard board(
      {}, [&](Command command, const std::string& note) { session.obey(command, note); });
  std::cout << board.address() << std::endl;
  board.add_message("Camera: a rendered session at 500 frames/s.");
  board.add_message("<img src=x onerror=alert(1)> is a text, whoever writes it.");
  std::jthread measuring([&] { measure(session, board); });
  eyelid::GrayImage image;
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  while (!session.is_stopped && std::chrono::steady_clock::now() < end) {
    const std::int64_t frame = session.frame;
    const std::int64_t shown = frame % session.film.frame_count();
    session.film.render(shown, image);
    board.show(
        image, session.film.truth(shown).eyes, static_cast<double>(frame) / kFramesPerSecond);
    board.set_state(session.state());
    std::this_thread::sleep_for(milliseconds(100));
  }
  session.is_stopped = true;
  measuring.join();
  board.finish("The session was stopped. Its results are in session_1.");
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: eyelid_sample_dashboard SECONDS\n";
    return 2;
  }
  try {
    return run(std::stod(argv[1]));
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
}
