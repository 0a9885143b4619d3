// SPDX-License-Identifier: MIT
#include "eyelid/dashboard/dashboard.hpp"

#include <atomic>
#include <chrono>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>
#include <utility>
#include <vector>

#include "eyelid/core/error.hpp"
#include "eyelid/dashboard/background_thread.hpp"
#include "eyelid/dashboard/board.hpp"
#include "eyelid/dashboard/picture_json.hpp"
#include "eyelid/dashboard/point_ring.hpp"
#include "eyelid/dashboard/trace_thinner.hpp"
#include "eyelid/dashboard/web_server.hpp"

namespace eyelid::dashboard {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;

// How often the trace moves on: half of what the page draws at most.
constexpr milliseconds kTracePeriod{33};
constexpr std::size_t kMostMessage_bytes = 1000;

/// JSON of any bytes: what is not UTF-8 is shown as such.
std::string text_of(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace

struct Dashboard::Parts {
  Parts(const Options& options, OnCommand handler)
      : on_command(std::move(handler)),
        server(options, board, [this](Command command, const std::string& note) {
          give(command, note);
        }) {
    pump = background_thread([this] {
      while (!is_over.load()) {
        move_trace();
        std::this_thread::sleep_for(kTracePeriod);
      }
      move_trace();
    });
  }

  void give(Command command, const std::string& note) {
    const std::lock_guard lock(command_mutex);
    on_command(command, note);
    if (command == Command::Mark) add_message("mark", note);
  }

  void move_trace() {
    std::vector<std::string> bins;
    while (const std::optional<TracePoint> point = ring.take()) {
      newest_s.store(point->time_s, std::memory_order_relaxed);
      if (const std::optional<TraceBin> bin = thinner.add(*point)) bins.push_back(json_of(*bin));
    }
    board.add_bins(std::move(bins), dropped.load(std::memory_order_relaxed));
  }

  void add_message(const char* kind, const std::string& text) {
    const std::lock_guard lock(message_mutex);
    board.add_message(text_of({{"number", ++messages},
                               {"kind", kind},
                               {"time_s", newest_s.load()},
                               {"text", text.substr(0, kMostMessage_bytes)}}));
  }

  OnCommand on_command;
  std::mutex command_mutex;
  std::mutex message_mutex;
  std::int64_t messages = 0;
  PointRing<TracePoint, 4096> ring;  // of a camera at 1000/s, four seconds
  std::atomic<std::int64_t> dropped = 0;
  std::atomic<double> newest_s = 0.0;
  TraceThinner thinner;
  std::atomic<bool> is_over = false;
  std::thread pump;
  Board board;
  WebServer server;
};

Dashboard::Dashboard(const Options& options, OnCommand on_command)
    : parts_(std::make_unique<Parts>(options, std::move(on_command))) {}

Dashboard::~Dashboard() {
  finish("The session has ended.");
  parts_->server.stop();
}

std::string Dashboard::address() const { return parts_->server.address(); }

void Dashboard::add(const TracePoint& point) {
  if (!parts_->ring.put(point)) parts_->dropped.fetch_add(1, std::memory_order_relaxed);
}

void Dashboard::show(const FrameView& frame,
                     const std::optional<EyeLandmarks>& eyes,
                     double time_s) {
  if (parts_->server.clients() > 0) parts_->board.set_picture(picture_json(frame, eyes, time_s));
}

void Dashboard::set_state(const State& state) {
  parts_->board.set_state(text_of({{"seconds", state.seconds},
                                   {"frames", state.frames},
                                   {"lost", state.lost},
                                   {"incomplete", state.incomplete},
                                   {"overrun", state.overrun},
                                   {"frames_per_second", state.frames_per_second},
                                   {"p50_ms", state.p50_ms},
                                   {"p99_ms", state.p99_ms},
                                   {"max_ms", state.max_ms},
                                   {"trial_state", state.trial_state},
                                   {"trial", state.trial},
                                   {"trials", state.trials},
                                   {"is_armed", state.is_armed},
                                   {"instruction", state.instruction},
                                   {"recording", state.recording}}));
}

void Dashboard::add_message(const std::string& sentence) {
  parts_->add_message("message", sentence);
}

void Dashboard::finish(const std::string& sentence) {
  if (parts_->is_over.exchange(true)) return;
  parts_->pump.join();
  parts_->board.end(text_of({{"text", sentence}}));
  for (int i = 0; i < 50 && parts_->server.clients() > 0; ++i) {
    std::this_thread::sleep_for(milliseconds(10));
  }
}

}  // namespace eyelid::dashboard
