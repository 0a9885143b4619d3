// SPDX-License-Identifier: MIT
#include "eyelid/dashboard/board.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace eyelid::dashboard {
namespace {

void append_event(std::string& text, std::string_view name, std::string_view json) {
  fmt::format_to(std::back_inserter(text), "event: {}\ndata: {}\n\n", name, json);
}

}  // namespace

void Board::Queue::add(std::string item, std::size_t most) {
  items.push_back(std::move(item));
  if (items.size() > most) items.pop_front();
  ++total;
}

void Board::Newest::set(std::string value) {
  json = std::move(value);
  ++version;
}

void Board::add_bins(std::vector<std::string> bins, std::int64_t dropped) {
  if (bins.empty()) return;
  {
    const std::lock_guard lock(mutex_);
    for (std::string& bin : bins) bins_.add(std::move(bin), kMostBins);
    dropped_ = dropped;
  }
  changed_.notify_all();
}

void Board::set_picture(std::string json) {
  {
    const std::lock_guard lock(mutex_);
    picture_.set(std::move(json));
  }
  changed_.notify_all();
}

void Board::set_state(std::string json) {
  {
    const std::lock_guard lock(mutex_);
    state_.set(std::move(json));
  }
  changed_.notify_all();
}

void Board::add_message(std::string json) {
  {
    const std::lock_guard lock(mutex_);
    messages_.add(std::move(json), kMostMessages);
  }
  changed_.notify_all();
}

void Board::end(std::string json) {
  {
    const std::lock_guard lock(mutex_);
    if (end_.empty()) end_ = std::move(json);
  }
  changed_.notify_all();
}

bool Board::has_news(const Cursor& cursor) const {
  return cursor.bins < bins_.total || cursor.messages < messages_.total ||
         cursor.picture < picture_.version || cursor.state < state_.version || !end_.empty();
}

std::string Board::news(Cursor& cursor, std::chrono::milliseconds timeout) {
  std::string text;
  if (cursor.has_ended) return text;
  std::unique_lock lock(mutex_);
  if (!changed_.wait_for(lock, timeout, [&] { return has_news(cursor); })) return text;
  const auto first_unseen = [](const Queue& queue, std::uint64_t seen) {
    const std::uint64_t unseen = std::min<std::uint64_t>(queue.total - seen, queue.items.size());
    return queue.items.end() - static_cast<std::ptrdiff_t>(unseen);
  };
  if (cursor.state < state_.version) append_event(text, "state", state_.json);
  if (cursor.bins < bins_.total) {
    std::string bins;
    for (auto bin = first_unseen(bins_, cursor.bins); bin != bins_.items.end(); ++bin) {
      if (!bins.empty()) bins += ',';
      bins += *bin;
    }
    append_event(text, "trace", fmt::format("{{\"bins\":[{}],\"dropped\":{}}}", bins, dropped_));
  }
  if (cursor.picture < picture_.version) append_event(text, "picture", picture_.json);
  auto message = first_unseen(messages_, cursor.messages);
  for (; message != messages_.items.end(); ++message) append_event(text, "message", *message);
  if (!end_.empty()) append_event(text, "end", end_);
  cursor = {bins_.total, messages_.total, picture_.version, state_.version, !end_.empty()};
  return text;
}

}  // namespace eyelid::dashboard
