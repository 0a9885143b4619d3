// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <thread>
#include <variant>

#include "eyelid/closure/causal_closure.hpp"
#include "eyelid/core/eyelid_sample.hpp"
#include "eyelid/files/growing_file.hpp"
#include "eyelid/live/mailbox.hpp"
#include "eyelid/tables/timestamps_csv.hpp"

namespace eyelid::live {

/// A complete frame, measured or, `is_overrun`, not. `is_hurried`: without the detection that was
/// due, to keep up.
struct MeasuredFrame {
  std::int64_t number = 0;
  FrameMeasurement measurement;
  std::int64_t time_ns = 0;
  std::int64_t arrival_ns = 0;
  std::int64_t fec_at_ns = 0;
  closure::LiveFec fec;
  bool is_overrun = false;
  bool is_hurried = false;
  float lamp_gray = kNotAvailable;  // mean of the lamp's region, where one is watched
};

/// Puts on paper what a session measures, in a thread of its own at normal priority: the rows of
/// timestamps.csv, to the disk within half a second, and the measurements for the analysis at the
/// end.
///
/// Rows are in order of the camera's numbers. A lost frame waits for 0.3 s: it may still come
/// incomplete. If the disk is full, the table ends with a sentence; the measurements go on as long
/// as they can.
class Scribe {
 public:
  struct Counts {
    std::int64_t frames = 0, lost = 0, incomplete = 0, overrun = 0;
  };
  using Notice = std::function<void(const std::string&)>;
  using OnMeasurement = std::function<void(const FrameMeasurement&)>;

  /// Creates `table` at once: errors as GrowingFile. The callbacks are called from the thread of
  /// the scribe, `on_measurement` for every complete frame in order; it may throw.
  Scribe(const std::filesystem::path& table,
         double frames_per_second,
         OnMeasurement on_measurement,
         Notice on_notice);
  ~Scribe();

  // Short; from any thread.
  void add(const MeasuredFrame& frame) { inbox_.put(frame); }
  void add_lost(std::int64_t number, bool is_overrun) { inbox_.put(Loss{number, is_overrun}); }
  void add_incomplete(std::int64_t number) { inbox_.put(Incomplete{number}); }

  /// Complete frames written down so far. From any thread.
  std::int64_t frames() const { return frames_.load(); }
  /// Writes what waits. Throws what `on_measurement` threw. Call once, last.
  void finish();
  /// After finish().
  const Counts& counts() const { return counts_; }

 private:
  struct Loss {
    std::int64_t number;
    bool is_overrun;
  };
  struct Incomplete {
    std::int64_t number;
  };
  using Entry = std::variant<MeasuredFrame, Loss, Incomplete>;

  void run();
  void note(const MeasuredFrame& frame);
  void note(const Loss& loss);
  void note(const Incomplete& incomplete);
  void write_rows_before(std::int64_t number);
  void flush();

  files::GrowingFile file_;
  std::int64_t patience_;  // in numbers of the camera
  OnMeasurement on_measurement_;
  Notice on_notice_;
  Mailbox<Entry> inbox_;
  std::map<std::int64_t, tables::CameraFrameRow> rows_;  // that wait
  std::int64_t newest_ = 0;
  std::int64_t first_arrival_ns_ = 0;
  std::string text_;
  bool is_table_cut_ = false;
  std::exception_ptr error_;
  Counts counts_;
  std::atomic<std::int64_t> frames_ = 0;
  std::jthread thread_;
};

}  // namespace eyelid::live
