// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <algorithm>

#include <cmath>

#include "eyelid/core/error.hpp"
#include "eyelid/core/version.hpp"
#include "eyelid/exports/frame_dataset.hpp"
#include "eyelid/exports/hdf5_file.hpp"
#include "eyelid/exports/session_export.hpp"
#include "eyelid/tables/csv_text.hpp"
#include "eyelid/tables/csv_writer.hpp"

namespace eyelid::exports {
namespace {

constexpr std::size_t kEyePoints = 6;
constexpr std::size_t kFirstEyePointOf68 = 36;

void write_sleap_frames(Hdf5File& file, const SessionExport& session) {
  const std::size_t frames = session.frames;
  const std::size_t nodes = session.nodes.size();
  FrameDataset<double> tracks(file, "/tracks", {1, 2, nodes, frames}, 3);
  FrameDataset<std::uint8_t> occupancy(file, "/track_occupancy", {frames, 1}, 0);
  FrameDataset<double> scores(file, "/point_scores", {1, nodes, frames}, 2);
  FrameDataset<double> instance(file, "/instance_scores", {1, frames}, 1);
  FrameDataset<double> tracking(file, "/tracking_scores", {1, frames}, 1);
  std::vector<double> points(2 * nodes);
  session.visit_frames([&](const ExportFrame& frame) {
    const bool has_points =
        std::ranges::any_of(frame.points, [](float v) { return std::isfinite(v); });
    const double score = has_points ? static_cast<double>(frame.confidence) : kNoFigure;
    std::vector<double> of_nodes(nodes, kNoFigure);
    for (std::size_t node = 0; node < nodes; ++node) {
      if (frame.has_node(node)) of_nodes[node] = score;
      points[node] = static_cast<double>(frame.points[2 * node]);
      points[nodes + node] = static_cast<double>(frame.points[2 * node + 1]);
    }
    tracks.add(points);
    occupancy.add(has_points ? 1 : 0);
    scores.add(of_nodes);
    instance.add(score);
    tracking.add(kNoFigure);
  });
  for (FrameDataset<double>* dataset : {&tracks, &scores, &instance, &tracking}) {
    dataset->finish();
  }
  occupancy.finish();
}

}  // namespace

std::vector<std::string> node_names(std::size_t point_count) {
  EYELID_EXPECTS(point_count == 12 || point_count == 68);
  std::vector<std::string> names;
  for (std::size_t i = 0; i < point_count; ++i) {
    names.push_back(
        point_count == 68
            ? fmt::format("ibug_{}", i)
            : fmt::format("{}_eye_{}", i < kEyePoints ? "right" : "left", i % kEyePoints));
  }
  return names;
}

std::vector<std::array<std::uint8_t, 2>> node_edges(std::size_t point_count) {
  const std::size_t first = point_count == 68 ? kFirstEyePointOf68 : 0;
  std::vector<std::array<std::uint8_t, 2>> edges;
  for (const std::size_t eye : {first, first + kEyePoints}) {
    for (std::size_t i = 0; i < kEyePoints; ++i) {
      edges.push_back({static_cast<std::uint8_t>(eye + i),
                       static_cast<std::uint8_t>(eye + (i + 1) % kEyePoints)});
    }
  }
  return edges;
}

void write_dlc_csv(const std::filesystem::path& path, const SessionExport& session) {
  EYELID_EXPECTS(!session.nodes.empty());
  std::string scorer = "scorer";
  std::string parts = "bodyparts";
  std::string coords = "coords";
  for (const std::string& node : session.nodes) {
    for (const char* coord : {"x", "y", "likelihood"}) {
      scorer += ',' + session.scorer;
      parts += ',' + node;
      coords += ',';
      coords += coord;
    }
  }
  tables::CsvWriter table(path, scorer + '\n' + parts + '\n' + coords);
  session.visit_frames([&](const ExportFrame& frame) {
    table.integer(frame.frame);
    for (std::size_t node = 0; node < session.nodes.size(); ++node) {
      for (const std::size_t axis : {0u, 1u}) {
        table.number(static_cast<double>(frame.points[2 * node + axis]), tables::kPointDecimals);
      }
      const float likelihood = frame.has_node(node) ? frame.confidence : 0.0f;
      table.number(static_cast<double>(likelihood), tables::kScoreDecimals);
    }
    table.end_row();
  });
  table.commit();
}

void write_sleap_h5(const std::filesystem::path& path, const SessionExport& session) {
  EYELID_EXPECTS(!session.nodes.empty());
  const std::size_t nodes = session.nodes.size();
  std::vector<std::int64_t> edges;
  std::vector<std::string> edge_names;
  for (const auto& edge : node_edges(nodes)) {
    for (const std::uint8_t node : edge) {
      edges.push_back(node);
      edge_names.push_back(session.nodes[node]);
    }
  }
  Hdf5File file(path);
  write_sleap_frames(file, session);
  file.texts("/node_names", session.nodes);
  file.texts("/track_names", {session.subject.empty() ? "face" : session.subject});
  file.numbers("/edge_inds", edges, {edges.size() / 2, 2});
  file.texts("/edge_names", edge_names, {edge_names.size() / 2, 2});
  file.text("/labels_path", "");
  file.text("/video_path", session.films.empty() ? "" : session.films.front());
  const std::int64_t video_index = 0;
  file.numbers("/video_ind", {&video_index, 1}, {});
  file.text("/provenance", fmt::format("{{\"eyelid_version\": \"{}\"}}", kVersion));
  file.close();
}

}  // namespace eyelid::exports
