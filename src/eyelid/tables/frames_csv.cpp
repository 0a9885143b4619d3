// SPDX-License-Identifier: MIT
#include "eyelid/tables/frames_csv.hpp"

#include <cmath>
#include <limits>

#include "eyelid/tables/csv_text.hpp"

namespace eyelid::tables {
namespace {

// The columns between `valid_left` and `interpolated`, named once and in the order of the table.
void visit_numbers(auto& sample, auto visit) {
  visit("face_score", sample.face_score, kScoreDecimals);
  visit("face_x_px", sample.face_box.x, kBoxDecimals);
  visit("face_y_px", sample.face_box.y, kBoxDecimals);
  visit("face_width_px", sample.face_box.width, kBoxDecimals);
  visit("face_height_px", sample.face_box.height, kBoxDecimals);
  visit("ear_right", sample.ear.right, kRatioDecimals);
  visit("ear_left", sample.ear.left, kRatioDecimals);
  visit("fec_right", sample.fec.right, kRatioDecimals);
  visit("fec_left", sample.fec.left, kRatioDecimals);
  visit("fec", sample.mean_fec, kRatioDecimals);
}

std::string frames_header() {
  std::string names = "frame,time_s,valid,valid_right,valid_left,";
  const EyelidSample sample;
  visit_numbers(sample, [&](const char* name, float, int) { names += std::string(name) + ","; });
  return names + "interpolated,suspect,clip";
}

}  // namespace

std::int32_t clip_number(const CsvReader& table, std::size_t column) {
  const std::int64_t number = table.integer(column);
  if (number < 1 || number > std::numeric_limits<std::int32_t>::max()) {
    table.fail(column, "the number of a clip, from 1");
  }
  return static_cast<std::int32_t>(number);
}

FramesCsvWriter::FramesCsvWriter(const std::filesystem::path& path)
    : table_(path, frames_header()) {}

void FramesCsvWriter::write(const EyelidSample& sample) {
  table_.integer(sample.frame).number(sample.time_s, kTimeDecimals).integer(sample.is_valid);
  for (const Eye eye : kEyes) table_.integer(sample.is_eye_valid(eye));
  visit_numbers(sample, [this](const char*, float value, int decimals) {
    table_.number(static_cast<double>(value), decimals);
  });
  table_.integer(sample.is_interpolated).integer(sample.is_suspect);
  table_.integer(sample.clip).end_row();
}

FramesCsvReader::FramesCsvReader(const std::filesystem::path& path)
    : table_(path),
      frame_(table_.required_column("frame")),
      time_s_(table_.required_column("time_s")),
      valid_(table_.column("valid")),
      interpolated_(table_.column("interpolated")),
      suspect_(table_.column("suspect")),
      clip_(table_.column("clip")) {
  const EyelidSample sample;
  auto column = numbers_.begin();
  visit_numbers(sample, [&](const char* name, float, int) { *column++ = table_.column(name); });
  if (!table_.column("fec_right") && !table_.column("fec_left")) table_.required_column("fec");
}

bool FramesCsvReader::next(EyelidSample& sample) {
  if (!table_.next()) return false;
  sample.frame = table_.increasing_frame(frame_);
  sample.time_s = table_.number(time_s_);
  auto column = numbers_.begin();
  visit_numbers(sample, [&](const char*, float& value, int) {
    value = table_.number_if_available(*column++);
  });
  const bool has_closure = std::isfinite(sample.fec.right) || std::isfinite(sample.fec.left) ||
                           std::isfinite(sample.mean_fec);
  sample.is_valid = valid_ ? table_.flag(*valid_) : has_closure;
  sample.is_interpolated = interpolated_ && table_.flag(*interpolated_);
  sample.is_suspect = suspect_ && table_.flag(*suspect_);
  sample.clip = clip_ ? clip_number(table_, *clip_) : 1;
  return true;
}

}  // namespace eyelid::tables
