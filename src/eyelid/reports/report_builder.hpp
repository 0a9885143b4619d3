// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "eyelid/core/blink.hpp"
#include "eyelid/core/eyelid_sample.hpp"
#include "eyelid/core/image.hpp"
#include "eyelid/core/session.hpp"
#include "eyelid/core/trial.hpp"
#include "eyelid/reports/report_trace.hpp"

namespace eyelid::reports {

/// A small gray picture with what was measured on its frame (films/eye_crop.hpp cuts it). `image`
/// is read only during the call it is passed to.
struct ReportPicture {
  FrameView image;
  std::vector<EyePoints> lids;  // in pixels of `image`
  std::int64_t frame = 0;
  double time_s = 0.0;
  float fec = kNotAvailable;  // of the eye, or the mean of both
};

/// The three pictures for checking a blink visually.
struct BlinkPictures {
  std::optional<ReportPicture> before;
  std::optional<ReportPicture> peak;
  std::optional<ReportPicture> after;
};

/// Agreement of the measured closure with ground truth (`evaluate closure`); figures that are not
/// available are omitted.
struct ReportComparison {
  std::string truth;  // its source: a file, "rendered session, seed 1"
  std::int64_t frames = 0;
  float rmse = kNotAvailable;
  float mae = kNotAvailable;
  float correlation = kNotAvailable;
  float blink_precision = kNotAvailable;
  float blink_recall = kNotAvailable;
  float blink_f1 = kNotAvailable;
  float onset_error_ms_median = kNotAvailable;
};

struct ReportOptions {
  std::string title;              // empty: the name of the recording
  std::size_t max_bins = 20'000;  // points of each curve; even
  std::size_t max_blinks = 5'000;
  std::size_t max_picture_bytes = std::size_t{10} << 20;  // as embedded text
};

/// Collects what report.html shows while a recording is analyzed, then writes it: one file that
/// needs no network and stays below 20 MB.
///
/// Use, interleaved in any order: add() every sample in order of time; add_blink() each blink
/// within 60,000 frames of its offset (a later one is shown without its curve); add_example()
/// pictures of the eye open, half closed, and closed; set_trials() and set_comparison() if there
/// are any; then write().
///
/// Memory: bounded by the options, about 15 MB, 32 bytes per blink, and 100 per film of a session;
/// pictures and curves of the blinks wait in a temporary file. A recording longer than `max_bins`
/// frames is drawn from bins (ReportTrace), blinks beyond `max_blinks` are only counted, and
/// pictures stop at `max_picture_bytes`; the report states each of these limits where it applies.
/// The same calls give the same bytes. Threads: one at a time.
class ReportBuilder {
 public:
  /// `folder`: for the temporary file, which has no name (files/record_spool.hpp).
  explicit ReportBuilder(const std::filesystem::path& folder, ReportOptions options = {});
  ~ReportBuilder();
  ReportBuilder(ReportBuilder&&) noexcept;
  ReportBuilder& operator=(ReportBuilder&&) noexcept;

  /// `truth`: if the true closure of this frame is known.
  void add(const EyelidSample& sample, const TrueClosure& truth = {});
  void add_blink(const Blink& blink, const BlinkPictures& pictures = {});
  /// `label` is a word or two: "open", "half closed", "closed".
  void add_example(const std::string& label, const ReportPicture& picture);
  void set_trials(std::span<const Trial> trials);
  void set_comparison(const ReportComparison& comparison);

  /// Writes the report; it appears under its name only when complete. Call once, last.
  /// Errors: as AtomicFile.
  void write(const std::filesystem::path& path, const SessionSummary& summary);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace eyelid::reports
