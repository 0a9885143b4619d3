// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "eyelid/core/calibration.hpp"

namespace eyelid {

/// What is known of a recording before the first frame is decoded.
struct SourceInfo {
  std::string path;       // as given by the user
  std::string kind;       // "video", "image folder", "image"
  std::string container;  // FFmpeg's short name, "" for images
  std::string codec;
  std::string pixel_format;
  int width = 0;  // 0 when it varies (image folders)
  int height = 0;
  double frames_per_second = 0.0;              // nominal; 0 when unknown
  std::string clock = {};                      // where the times come from: "container", ...
  std::optional<std::int64_t> used_bits = {};  // of pixels stored in 16; nothing at other depths
  std::optional<std::int64_t> stream = {};     // chosen among several video streams, from 0
  std::optional<std::int64_t> frame_count;     // estimate of the container
};

/// What decoding met; complete once the source has ended.
struct SourceReport {
  std::int64_t decoded_frames = 0;
  std::int64_t damaged_frames = 0;  // skipped: packets or frames that could not be decoded
  std::int64_t suspect_frames = 0;  // delivered, but predicted from a damaged one
  double first_stamp_s = 0.0;       // the container's time of frame 0, whose time_s is 0
  std::int64_t timestamp_gaps = 0;  // steps over 1.5 nominal frame periods
  std::int64_t missing_frames = 0;  // frames those gaps would have held
  std::int64_t repaired_timestamps =
      0;                              // absent or not increasing, replaced by the last + one period
  bool was_truncated = false;         // the file ended before the container said so
  bool frames_stand_alone = false;    // each packet held one whole frame that needs no other
  std::vector<std::string> warnings;  // at most 20 sentences, each naming the frame
};

/// Spread of the time one stage takes per frame.
struct StageTime {
  std::string stage;
  std::int64_t calls = 0;
  double mean_ms = 0.0;
  double p50_ms = 0.0;
  double p95_ms = 0.0;
  double p99_ms = 0.0;
};

/// A model file that took part, by content.
struct ModelIdentity {
  std::string role;  // "face detector", "eye finder", ...
  std::string name;
  std::string version;
  std::string source;  // "embedded" or a path
  std::string sha256;
};

/// What closure analysis says about a recording as a whole.
struct ClosureSummary {
  /// Levels behind the FEC; those of an eye without FEC are kNotAvailable. With measured levels the
  /// caller adds the conditions (date, subject, ...) before storing it.
  Calibration calibration;
  PerEye<std::string> no_fec_reason;  // one sentence; empty when the eye has FEC
  std::vector<std::string> warnings;  // sentences for the user
  std::int64_t frames = 0;
  std::int64_t valid_frames = 0;
  std::int64_t interpolated_frames = 0;
  std::int64_t face_lost_intervals = 0;  // runs of frames without a valid measurement
  PerEye<std::int64_t> blinks;
  double duration_s = 0.0;        // first to last frame
  double frame_interval_s = 0.0;  // median; 0 with fewer than two frames
  /// Robust standard deviation of FEC while the eye rests: what a difference must exceed to mean
  /// anything.
  PerEye<float> noise = kNeitherEye;
};

/// One film or picture folder of a session of several, by content.
struct ClipIdentity {
  std::int64_t size = 0;    // bytes
  std::int64_t frames = 0;  // delivered
  std::string sha256_ends;  // of the first and the last MiB
};

/// The recording behind a run, by content, so that another file of its name is not taken for it.
struct RecordingIdentity {
  std::vector<std::string> paths;   // the inputs in order, relative to the folder of the results
  std::int64_t size = 0;            // bytes of all input files together
  std::int64_t frames = 0;          // delivered
  std::string sha256_ends;          // of the first and the last MiB of the input files in order
  std::vector<ClipIdentity> clips;  // in the order of `paths`; empty: one recording
};

/// One run of `track`: which files belong together, and to which recording.
struct RunRecord {
  std::string id;                             // random; empty: of an eyelid that had none
  std::map<std::string, std::string> sha256;  // of every other file of the run, by name
  RecordingIdentity recording;
};

/// A kind of delay of a live session.
/// How many delays lie in from_ms .. to_ms.
struct LatencyBin {
  double from_ms = 0.0;
  double to_ms = 0.0;
  std::int64_t count = 0;
};

struct Latency {
  std::int64_t count = 0;
  double p50_ms = 0.0;
  double p99_ms = 0.0;
  double max_ms = 0.0;
  std::vector<LatencyBin> bins;  // rising, from the first to the last that is not empty
};

/// From the frame that decided on an output to the one that shows its lamp, by the camera's clock.
struct LoopSummary {
  Latency latency;
  std::vector<std::int64_t> frames;  // outputs seen 0, 1, 2, ... frames behind that frame
  std::int64_t unseen = 0;           // outputs whose lamp was not seen
};

/// What a running camera delivered, and how fast its closure was known.
struct LiveSummary {
  std::string camera;                       // its name
  std::string ended;                        // why the session ended, a few words
  std::int64_t frames = 0;                  // complete
  std::int64_t lost = 0;                    // counted by the camera, never came
  std::int64_t incomplete = 0;              // came in part
  std::int64_t overrun = 0;                 // came, and were not measured in time
  std::int64_t hurried = 0;                 // measured in time, without the detection that was due
  std::int64_t measured_later = 0;          // of these two: at the end, from the recording
  std::int64_t recorded = 0;                // in the recording
  double asked_frames_per_second = 0.0;     // 0: not asked
  double measured_frames_per_second = 0.0;  // by the camera's clock; 0 with fewer than two frames
  /// Of the camera's clock against that of the machine; 0 in sessions of less than 5 s.
  double clock_drift_ppm = 0.0;
  double clock_residual_ms = 0.0;
  Latency latency;                  // arrival to FEC
  Latency output_latency;           // arrival to the last byte of an output written
  std::optional<LoopSummary> loop;  // with a lamp in view
  std::string priority;  // of the threads that measure: "SCHED_FIFO", "normal (not permitted)"
  std::int64_t involuntary_switches = 0;  // of those threads, while the session ran
  std::int64_t major_faults = 0;
};

/// Everything session.json and the head of report.html say about one tracked recording.
struct SessionSummary {
  SourceInfo source;
  SourceReport source_report;
  std::vector<ModelIdentity> models;
  std::vector<std::pair<std::string, std::string>> options;  // as resolved, in display order
  std::string device;                                        // "cpu/x86_avx2, 2 threads"
  std::string device_reason;                                 // why it was chosen automatically
  ClosureSummary closure;
  double wall_s = 0.0;             // tracking and analysis, without writing the report
  double frames_per_second = 0.0;  // frames / wall_s
  std::vector<StageTime> stages;
  std::vector<std::string> warnings;  // sentences for the user, of all stages
  RunRecord run;
  std::optional<LiveSummary> live;  // of a running camera
};

}  // namespace eyelid
