// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

namespace eyelid::dashboard {

/// What there is to show: the latest ten seconds of trace, the latest 50 messages, and the newest
/// of everything else, in constant memory. Readers who fall behind miss what has gone since.
///
/// Everything comes as JSON and leaves as server-sent events (`text/event-stream`): trace,
/// picture, state, message, end. Threads: any.
class Board {
 public:
  /// `dropped`: points so far that the trace lacks.
  void add_bins(std::vector<std::string> bins, std::int64_t dropped);
  void set_picture(std::string json);
  void set_state(std::string json);
  void add_message(std::string json);
  /// The last event. The first call counts.
  void end(std::string json);

  /// How far a reader has come.
  struct Cursor {
    std::uint64_t bins = 0, messages = 0, picture = 0, state = 0;
    bool has_ended = false;
  };
  /// The events behind `cursor`, which moves to their end; waits for them up to `timeout`, then
  /// empty. Empty at once behind the end.
  std::string news(Cursor& cursor, std::chrono::milliseconds timeout);

  static constexpr std::size_t kMostBins = 500;
  static constexpr std::size_t kMostMessages = 50;

 private:
  // Of a queue whose oldest items are gone: how many there ever were.
  struct Queue {
    std::deque<std::string> items;
    std::uint64_t total = 0;

    void add(std::string item, std::size_t most);
  };
  struct Newest {
    std::string json;
    std::uint64_t version = 0;

    void set(std::string value);
  };
  bool has_news(const Cursor& cursor) const;

  std::mutex mutex_;
  std::condition_variable changed_;
  Queue bins_, messages_;
  Newest picture_, state_;
  std::int64_t dropped_ = 0;
  std::string end_;  // empty: not yet
};

}  // namespace eyelid::dashboard
