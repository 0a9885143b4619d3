// SPDX-License-Identifier: MIT
#include "eyelid/tables/landmarks_csv.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "eyelid/core/error.hpp"
#include "eyelid/tables/csv_text.hpp"

namespace eyelid::tables {

namespace {

std::string landmarks_header(std::size_t point_count) {
  EYELID_EXPECTS(point_count == 12 || point_count == 68);
  std::string names = "frame";
  for (std::size_t i = 0; i < point_count; ++i) names += fmt::format(",x{},y{}", i, i);
  return names;
}

}  // namespace

LandmarksCsvWriter::LandmarksCsvWriter(const std::filesystem::path& path, std::size_t point_count)
    : table_(path, landmarks_header(point_count)), point_count_(point_count) {}

void LandmarksCsvWriter::write(std::int64_t frame, std::span<const Point> points) {
  EYELID_EXPECTS(points.empty() || points.size() == point_count_);
  table_.integer(frame);
  for (const Point& point : points) {
    table_.number(static_cast<double>(point.x), kPointDecimals);
    table_.number(static_cast<double>(point.y), kPointDecimals);
  }
  if (points.empty()) table_.empty(2 * point_count_);
  table_.end_row();
}

void LandmarksCsvWriter::write(std::int64_t frame, const EyeLandmarks& eyes) {
  std::array<Point, 12> points;
  std::copy(eyes.right.begin(), eyes.right.end(), points.begin());
  std::copy(eyes.left.begin(), eyes.left.end(), points.begin() + 6);
  write(frame, points);
}

std::optional<EyeLandmarks> LandmarksRow::eyes() const {
  if (points.size() != 12 && points.size() != 68) return std::nullopt;
  const std::size_t right = points.size() == 12 ? 0 : kRightEyeBegin;
  const std::size_t left = points.size() == 12 ? 6 : kLeftEyeBegin;
  EyeLandmarks eyes;
  for (std::size_t i = 0; i < eyes.right.size(); ++i) {
    eyes.right[i] = points[right + i];
    eyes.left[i] = points[left + i];
  }
  return eyes;
}

LandmarksCsvReader::LandmarksCsvReader(const std::filesystem::path& path) : table_(path) {
  frame_ = table_.required_column("frame");
  for (std::size_t i = 0; table_.column(fmt::format("x{}", i)); ++i) {
    columns_.push_back(table_.required_column(fmt::format("x{}", i)));
    columns_.push_back(table_.required_column(fmt::format("y{}", i)));
  }
  if (point_count() != 12 && point_count() != 68) {
    throw InputError(fmt::format("{}:1: found {} points, expected x0,y0 to x11,y11 or x67,y67",
                                 path.string(),
                                 point_count()));
  }
}

bool LandmarksCsvReader::next(LandmarksRow& row) {
  if (!table_.next()) return false;
  row.frame = table_.increasing_frame(frame_);
  row.points.clear();
  bool is_any_known = false;
  for (std::size_t i = 0; i + 1 < columns_.size(); i += 2) {
    const Point point{table_.number_if_available(columns_[i]),
                      table_.number_if_available(columns_[i + 1])};
    is_any_known |= std::isfinite(point.x) && std::isfinite(point.y);
    row.points.push_back(point);
  }
  if (!is_any_known) row.points.clear();
  return true;
}

}  // namespace eyelid::tables
