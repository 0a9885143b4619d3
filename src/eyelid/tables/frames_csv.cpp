// SPDX-License-Identifier: MIT
#include "eyelid/tables/frames_csv.hpp"

#include <cmath>

#include "eyelid/tables/csv_text.hpp"

namespace eyelid::tables {
namespace {

constexpr std::string_view kHeader =
    "frame,time_s,valid,face_score,face_x_px,face_y_px,face_width_px,face_height_px,"
    "ear_right,ear_left,fec_right,fec_left,fec,interpolated,suspect\n";

}  // namespace

FramesCsvWriter::FramesCsvWriter(const std::filesystem::path& path) : file_(path) {
  file_.write(kHeader);
}

void FramesCsvWriter::write(const EyelidSample& sample) {
  row_.clear();
  const auto cell = [this](float value, int decimals) {
    append_number(row_, static_cast<double>(value), decimals);
    row_ += ',';
  };
  append_number(row_, sample.frame);
  row_ += ',';
  append_number(row_, sample.time_s, kTimeDecimals);
  row_ += sample.is_valid ? ",1," : ",0,";
  cell(sample.face_score, kScoreDecimals);
  cell(sample.face_box.x, kBoxDecimals);
  cell(sample.face_box.y, kBoxDecimals);
  cell(sample.face_box.width, kBoxDecimals);
  cell(sample.face_box.height, kBoxDecimals);
  cell(sample.ear.right, kRatioDecimals);
  cell(sample.ear.left, kRatioDecimals);
  cell(sample.fec.right, kRatioDecimals);
  cell(sample.fec.left, kRatioDecimals);
  cell(sample.mean_fec, kRatioDecimals);
  row_ += sample.is_interpolated ? "1," : "0,";
  row_ += sample.is_suspect ? "1\n" : "0\n";
  file_.write(row_);
}

FramesCsvReader::FramesCsvReader(const std::filesystem::path& path)
    : table_(path),
      frame_(table_.required_column("frame")),
      time_s_(table_.required_column("time_s")),
      valid_(table_.column("valid")),
      face_score_(table_.column("face_score")),
      face_x_px_(table_.column("face_x_px")),
      face_y_px_(table_.column("face_y_px")),
      face_width_px_(table_.column("face_width_px")),
      face_height_px_(table_.column("face_height_px")),
      ear_right_(table_.column("ear_right")),
      ear_left_(table_.column("ear_left")),
      fec_right_(table_.column("fec_right")),
      fec_left_(table_.column("fec_left")),
      fec_(table_.column("fec")),
      interpolated_(table_.column("interpolated")),
      suspect_(table_.column("suspect")) {
  if (!fec_right_ && !fec_left_) fec_ = table_.required_column("fec");
}

float FramesCsvReader::ratio(std::optional<std::size_t> column) const {
  const std::optional<double> value = table_.optional_number(column);
  return value ? static_cast<float>(*value) : kNotAvailable;
}

bool FramesCsvReader::next(EyelidSample& sample) {
  if (!table_.next()) return false;
  sample.frame = table_.integer(frame_);
  if (sample.frame <= last_frame_) {
    table_.fail(frame_, "a frame number, 0 or more, greater than in the row above");
  }
  last_frame_ = sample.frame;
  sample.time_s = table_.number(time_s_);
  sample.face_score = ratio(face_score_);
  sample.face_box = {
      ratio(face_x_px_), ratio(face_y_px_), ratio(face_width_px_), ratio(face_height_px_)};
  sample.ear.right = ratio(ear_right_);
  sample.ear.left = ratio(ear_left_);
  sample.fec.right = ratio(fec_right_);
  sample.fec.left = ratio(fec_left_);
  sample.mean_fec = ratio(fec_);
  const bool has_closure = std::isfinite(sample.fec.right) || std::isfinite(sample.fec.left) ||
                           std::isfinite(sample.mean_fec);
  sample.is_valid = valid_ ? table_.flag(*valid_) : has_closure;
  sample.is_interpolated = interpolated_ && table_.flag(*interpolated_);
  sample.is_suspect = suspect_ && table_.flag(*suspect_);
  return true;
}

}  // namespace eyelid::tables
