// SPDX-License-Identifier: MIT
#include "eyelid/output/landmarks_csv.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "eyelid/core/error.hpp"
#include "eyelid/output/csv_text.hpp"

namespace eyelid::output {

LandmarksCsvWriter::LandmarksCsvWriter(const std::filesystem::path& path, std::size_t point_count)
    : file_(path), point_count_(point_count) {
  EYELID_EXPECTS(point_count == 12 || point_count == 68);
  row_ = "frame";
  for (std::size_t i = 0; i < point_count; ++i) row_ += fmt::format(",x{},y{}", i, i);
  file_.write(row_ + "\n");
}

void LandmarksCsvWriter::write(std::int64_t frame, std::span<const Point> points) {
  EYELID_EXPECTS(points.empty() || points.size() == point_count_);
  row_.clear();
  append_number(row_, frame);
  for (const Point& point : points) {
    row_ += ',';
    append_number(row_, static_cast<double>(point.x), kPointDecimals);
    row_ += ',';
    append_number(row_, static_cast<double>(point.y), kPointDecimals);
  }
  if (points.empty()) row_.append(2 * point_count_, ',');
  row_ += '\n';
  file_.write(row_);
}

void LandmarksCsvWriter::write(std::int64_t frame, const EyeLandmarks& eyes) {
  std::array<Point, 12> points;
  std::copy(eyes.right.begin(), eyes.right.end(), points.begin());
  std::copy(eyes.left.begin(), eyes.left.end(), points.begin() + 6);
  write(frame, points);
}

}  // namespace eyelid::output
