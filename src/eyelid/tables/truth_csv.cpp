// SPDX-License-Identifier: MIT
#include "eyelid/tables/truth_csv.hpp"

#include <fmt/format.h>

#include "eyelid/tables/csv_text.hpp"

namespace eyelid::tables {
namespace {

// Column names of the points, in the order of EyeLandmarks.
std::array<std::string, 24> point_columns() {
  std::array<std::string, 24> names;
  std::size_t index = 0;
  for (const char* eye : {"right", "left"}) {
    for (int point = 0; point < 6; ++point) {
      names[index++] = fmt::format("{}_x{}", eye, point);
      names[index++] = fmt::format("{}_y{}", eye, point);
    }
  }
  return names;
}

std::string truth_header() {
  std::string names = "frame,time_s,fec_right,fec_left";
  for (const std::string& name : point_columns()) names += "," + name;
  return names;
}

}  // namespace

TruthCsvWriter::TruthCsvWriter(const std::filesystem::path& path) : table_(path, truth_header()) {}

void TruthCsvWriter::write(const TruthRow& row) {
  table_.integer(row.frame).number(row.time_s, kTimeDecimals);
  table_.number(static_cast<double>(row.fec.right), kRatioDecimals);
  table_.number(static_cast<double>(row.fec.left), kRatioDecimals);
  for (std::size_t i = 0; row.eyes && i < 12; ++i) {
    const Point& point = lid_point(*row.eyes, i);
    table_.number(static_cast<double>(point.x), kPointDecimals);
    table_.number(static_cast<double>(point.y), kPointDecimals);
  }
  if (!row.eyes) table_.empty(24);
  table_.end_row();
}

TruthCsvReader::TruthCsvReader(const std::filesystem::path& path)
    : table_(path),
      frame_(table_.required_column("frame")),
      time_s_(table_.required_column("time_s")),
      fec_right_(table_.required_column("fec_right")),
      fec_left_(table_.required_column("fec_left")) {
  const std::array<std::string, 24> names = point_columns();
  if (!table_.column(names[0])) return;
  points_.emplace();
  for (std::size_t i = 0; i < names.size(); ++i) (*points_)[i] = table_.required_column(names[i]);
}

bool TruthCsvReader::next(TruthRow& row) {
  if (!table_.next()) return false;
  row.frame = table_.increasing_frame(frame_);
  row.time_s = table_.number(time_s_);
  row.fec.right = table_.number_if_available(fec_right_);
  row.fec.left = table_.number_if_available(fec_left_);
  row.eyes.reset();
  if (points_ && !table_.text((*points_)[0]).empty()) {
    EyeLandmarks& eyes = row.eyes.emplace();
    for (std::size_t i = 0; i < 12; ++i) {
      Point& point = lid_point(eyes, i);
      point.x = static_cast<float>(table_.number((*points_)[2 * i]));
      point.y = static_cast<float>(table_.number((*points_)[2 * i + 1]));
    }
  }
  return true;
}

}  // namespace eyelid::tables
