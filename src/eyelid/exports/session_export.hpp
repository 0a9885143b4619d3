// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "eyelid/core/eyelid_sample.hpp"
#include "eyelid/core/trial_score.hpp"

namespace eyelid::exports {

/// What other programs get of one frame.
struct ExportFrame {
  std::int64_t frame = 0;
  double time_s = 0.0;
  std::array<float, 3> fec{};     // right, left, mean
  std::array<float, 2> ear{};     // right, left
  std::span<const float> points;  // (nodes, 2), pixels; NaN where a point is absent
  /// The detector's score of the face, 1 where one eye fills the picture; 0 without points.
  float confidence = 0.0f;

  bool has_node(std::size_t node) const { return std::isfinite(points[2 * node]); }
};

/// Calls its argument with every frame in order. Writers do so twice rather than keep the frames.
using VisitFrames = std::function<void(const std::function<void(const ExportFrame&)>&)>;

/// A tracked and scored session for other programs. Memory does not depend on its length.
struct SessionExport {
  std::string identifier;   // unique for the recording
  std::string description;  // of the session, one sentence
  std::string start_time;   // ISO 8601 with time zone
  std::string file_time;    // likewise: when eyelid closure was measured
  std::string subject;      // empty: "unknown"
  std::string species = "Homo sapiens";
  std::string sex = "U";     // M, F, O or U (unknown)
  std::string age = "P0D/";  // ISO 8601 duration or range; at least 0 days: unknown
  /// The recording, relative to the exported file: its films with their first frames; empty: none.
  std::vector<std::string> films;
  std::vector<std::int64_t> first_frames;
  std::array<int, 2> video_size{};
  std::string scorer;  // landmark model

  std::size_t frames = 0;
  double first_s = 0.0;  // time of the first frame, of the last
  double last_s = 0.0;
  VisitFrames visit_frames;
  std::vector<std::string> nodes;      // names of the points; empty: no landmarks.csv
  std::span<const TrialScore> scores;  // trial by trial: right, left, mean
};

/// Names of 12 or 68 points: "right_eye_0" .. "left_eye_5" in iBUG order, or "ibug_0" .. "ibug_67".
std::vector<std::string> node_names(std::size_t point_count);

/// The outline of the eyes as pairs of node indices.
std::vector<std::array<std::uint8_t, 2>> node_edges(std::size_t point_count);

/// DeepLabCut's table: header rows `scorer`, `bodyparts`, `coords`, then per frame x, y, likelihood
/// of every node; x and y empty and likelihood 0 without a face. Needs nodes. Errors: as
/// AtomicFile.
void write_dlc_csv(const std::filesystem::path& path, const SessionExport& session);

/// SLEAP's analysis file: tracks (1, 2, nodes, frames), track_occupancy (frames, 1), point_scores
/// (1, nodes, frames), instance_scores and tracking_scores (1, frames), names and edges, as
/// sleap.info.write_tracking_h5 lays them out. Needs nodes. Errors: as Hdf5File.
void write_sleap_h5(const std::filesystem::path& path, const SessionExport& session);

/// NWB 2: eyelid closure and EAR as TimeSeries, stimuli as AnnotationSeries, trials with their
/// scores (mean trace) as TimeIntervals, lid points as ndx-pose 0.4 (its specification is cached in
/// the file) linked to the recording, an ImageSeries with an external file. Rates if the frames
/// are evenly spaced, otherwise timestamps. Errors: as Hdf5File.
void write_nwb(const std::filesystem::path& path, const SessionExport& session);

}  // namespace eyelid::exports
