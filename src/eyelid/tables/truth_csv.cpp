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

float available(std::optional<double> value) {
  return value ? static_cast<float>(*value) : kNotAvailable;
}

}  // namespace

TruthCsvWriter::TruthCsvWriter(const std::filesystem::path& path) : file_(path) {
  text_ = "frame,time_s,fec_right,fec_left";
  for (const std::string& name : point_columns()) text_ += "," + name;
  file_.write(text_ + "\n");
}

void TruthCsvWriter::write(const TruthRow& row) {
  text_.clear();
  const auto cell = [this](double value, int decimals) {
    text_ += ',';
    append_number(text_, value, decimals);
  };
  append_number(text_, row.frame);
  cell(row.time_s, kTimeDecimals);
  cell(static_cast<double>(row.fec.right), kRatioDecimals);
  cell(static_cast<double>(row.fec.left), kRatioDecimals);
  if (row.eyes) {
    for (const EyePoints& eye : {row.eyes->right, row.eyes->left}) {
      for (const Point& point : eye) {
        cell(static_cast<double>(point.x), kPointDecimals);
        cell(static_cast<double>(point.y), kPointDecimals);
      }
    }
  } else {
    text_.append(24, ',');
  }
  text_ += '\n';
  file_.write(text_);
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
  row.frame = table_.integer(frame_);
  if (row.frame <= last_frame_) {
    table_.fail(frame_, "a frame number, 0 or more, greater than in the row above");
  }
  last_frame_ = row.frame;
  row.time_s = table_.number(time_s_);
  row.fec.right = available(table_.optional_number(fec_right_));
  row.fec.left = available(table_.optional_number(fec_left_));
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
