// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <cmath>

#include "eyelid/core/error.hpp"
#include "eyelid/core/version.hpp"
#include "eyelid/exports/hdf5_file.hpp"
#include "eyelid/exports/session_export.hpp"
#include "eyelid/tables/csv_text.hpp"
#include "eyelid/tables/csv_writer.hpp"

namespace eyelid::exports {
namespace {

constexpr std::size_t kEyePoints = 6;
constexpr std::size_t kFirstEyePointOf68 = 36;

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
  const std::size_t nodes = session.nodes.size();
  for (std::size_t i = 0; i < session.frame.size(); ++i) {
    table.integer(session.frame[i]);
    for (std::size_t node = 0; node < nodes; ++node) {
      const std::size_t at = 2 * (i * nodes + node);
      for (const std::size_t axis : {0u, 1u}) {
        table.number(static_cast<double>(session.points[at + axis]), tables::kPointDecimals);
      }
      table.number(static_cast<double>(session.confidence[i]), tables::kScoreDecimals);
    }
    table.end_row();
  }
  table.commit();
}

void write_sleap_h5(const std::filesystem::path& path, const SessionExport& session) {
  EYELID_EXPECTS(!session.nodes.empty());
  const std::size_t frames = session.frame.size();
  const std::size_t nodes = session.nodes.size();
  std::vector<double> tracks(2 * nodes * frames);
  std::vector<double> scores(nodes * frames);
  std::vector<double> instance(frames);
  std::vector<std::uint8_t> occupancy(frames);
  for (std::size_t i = 0; i < frames; ++i) {
    const bool has_points = std::isfinite(session.points[2 * i * nodes]);
    occupancy[i] = has_points ? 1 : 0;
    instance[i] = has_points ? static_cast<double>(session.confidence[i]) : kNoFigure;
    for (std::size_t node = 0; node < nodes; ++node) {
      for (std::size_t axis = 0; axis < 2; ++axis) {
        tracks[(axis * nodes + node) * frames + i] =
            static_cast<double>(session.points[2 * (i * nodes + node) + axis]);
      }
      scores[node * frames + i] = instance[i];
    }
  }
  std::vector<std::int64_t> edges;
  std::vector<std::string> edge_names;
  for (const auto& edge : node_edges(nodes)) {
    for (const std::uint8_t node : edge) {
      edges.push_back(node);
      edge_names.push_back(session.nodes[node]);
    }
  }
  Hdf5File file(path);
  file.numbers("/tracks", tracks, {1, 2, nodes, frames});
  file.numbers("/track_occupancy", occupancy, {frames, 1});
  file.numbers("/point_scores", scores, {1, nodes, frames});
  file.numbers("/instance_scores", instance, {1, frames});
  file.numbers("/tracking_scores", std::vector<double>(frames, kNoFigure), {1, frames});
  file.texts("/node_names", session.nodes);
  file.texts("/track_names", {session.subject.empty() ? "face" : session.subject});
  file.numbers("/edge_inds", edges, {edges.size() / 2, 2});
  file.texts("/edge_names", edge_names, {edge_names.size() / 2, 2});
  file.text("/labels_path", "");
  file.text("/video_path", session.video);
  const std::int64_t video_index = 0;
  file.numbers("/video_ind", {&video_index, 1}, {});
  file.text("/provenance", fmt::format("{{\"eyelid_version\": \"{}\"}}", kVersion));
  file.close();
}

}  // namespace eyelid::exports
