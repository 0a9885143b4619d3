// SPDX-License-Identifier: MIT
#include "eyelid/live/scribe.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <exception>
#include <limits>
#include <utility>

#include "eyelid/core/error.hpp"

namespace eyelid::live {
namespace {

constexpr double kPatience_s = 0.3;
constexpr std::int64_t kLeastPatience = 100;  // Aravis gives an incomplete frame up 65 frames late
constexpr auto kBetweenFlushes = std::chrono::milliseconds(200);

}  // namespace

Scribe::Scribe(const std::filesystem::path& table,
               double frames_per_second,
               OnMeasurement on_measurement,
               Notice on_notice)
    : file_(table),
      patience_(
          std::max(kLeastPatience, static_cast<std::int64_t>(kPatience_s * frames_per_second))),
      on_measurement_(std::move(on_measurement)),
      on_notice_(std::move(on_notice)) {
  file_.write(tables::timestamps_header());
  thread_ = std::jthread([this] { run(); });
}

Scribe::~Scribe() { inbox_.close(); }

void Scribe::run() {
  while (!inbox_.is_drained()) {
    std::optional<Entry> first = inbox_.take(kBetweenFlushes);
    if (first) std::visit([this](const auto& entry) { note(entry); }, *first);
    for (const Entry& entry : inbox_.take_all()) {
      std::visit([this](const auto& each) { note(each); }, entry);
    }
    write_rows_before(newest_ - patience_);
    flush();
    // One write per flush, not one per frame.
    if (first && !inbox_.is_drained()) std::this_thread::sleep_for(kBetweenFlushes / 4);
  }
  write_rows_before(std::numeric_limits<std::int64_t>::max());
  flush();
}

void Scribe::note(const MeasuredFrame& frame) {
  if (counts_.frames++ == 0) first_arrival_ns_ = frame.arrival_ns;
  frames_.store(counts_.frames);
  counts_.overrun += frame.is_overrun;
  newest_ = std::max(newest_, frame.number);
  const auto since_first_s = [&](std::int64_t ns) {
    return static_cast<double>(ns - first_arrival_ns_) * 1e-9;
  };
  tables::CameraFrameRow& row = rows_[frame.number];
  row.number = frame.number;
  row.status =
      frame.is_overrun ? tables::CameraFrameStatus::Overrun : tables::CameraFrameStatus::Ok;
  row.frame = frame.measurement.frame;
  row.time_ns = frame.time_ns;
  row.arrival_s = since_first_s(frame.arrival_ns);
  if (!frame.is_overrun) {
    row.fec_at_s = since_first_s(frame.fec_at_ns);
    row.fec = frame.fec.eyes;
    row.mean_fec = frame.fec.mean;
  }
  if (error_) return;
  try {
    on_measurement_(frame.measurement);
  } catch (...) {
    error_ = std::current_exception();
  }
}

void Scribe::note(const Loss& loss) {
  newest_ = std::max(newest_, loss.number);
  tables::CameraFrameRow& row = rows_[loss.number];
  row.number = loss.number;
  row.status =
      loss.is_overrun ? tables::CameraFrameStatus::Overrun : tables::CameraFrameStatus::Lost;
  ++(loss.is_overrun ? counts_.overrun : counts_.lost);
}

void Scribe::note(const Incomplete& incomplete) {
  ++counts_.incomplete;
  const auto waiting = rows_.find(incomplete.number);
  if (waiting != rows_.end() && waiting->second.status == tables::CameraFrameStatus::Lost) {
    --counts_.lost;
    waiting->second.status = tables::CameraFrameStatus::Incomplete;
  } else if (incomplete.number > newest_ - patience_ && waiting == rows_.end()) {
    rows_[incomplete.number] = {.number = incomplete.number,
                                .status = tables::CameraFrameStatus::Incomplete};
    newest_ = std::max(newest_, incomplete.number);
  } else {
    --counts_.lost;  // written as lost long ago
  }
}

void Scribe::write_rows_before(std::int64_t number) {
  while (!rows_.empty() && rows_.begin()->first < number) {
    tables::append_row(text_, rows_.begin()->second);
    rows_.erase(rows_.begin());
  }
}

void Scribe::flush() {
  if (text_.empty()) return;
  if (!is_table_cut_) {
    try {
      file_.write(text_);
    } catch (const Error& error) {
      is_table_cut_ = true;
      on_notice_(fmt::format("timestamps.csv ends here: {}; measuring goes on", error.what()));
    }
  }
  text_.clear();
}

void Scribe::finish() {
  inbox_.close();
  thread_.join();
  if (error_) std::rethrow_exception(error_);
}

}  // namespace eyelid::live
