// SPDX-License-Identifier: MIT
#include "eyelid/tables/blinks_csv.hpp"

#include "eyelid/tables/csv_text.hpp"

namespace eyelid::tables {

BlinksCsvWriter::BlinksCsvWriter(const std::filesystem::path& path) : file_(path) {
  file_.write(
      "eye,onset_frame,peak_frame,offset_frame,onset_s,peak_s,offset_s,amplitude,peak_fec,kind,"
      "closing_ms,opening_ms,half_width_ms\n");
}

void BlinksCsvWriter::write(const Blink& blink) {
  row_ = name_of(blink.eye);
  for (const std::int64_t frame : {blink.onset_frame, blink.peak_frame, blink.offset_frame}) {
    row_ += ',';
    append_number(row_, frame);
  }
  const auto cell = [this](double value, int decimals) {
    row_ += ',';
    append_number(row_, value, decimals);
  };
  cell(blink.onset_s, kTimeDecimals);
  cell(blink.peak_s, kTimeDecimals);
  cell(blink.offset_s, kTimeDecimals);
  cell(static_cast<double>(blink.amplitude), kRatioDecimals);
  cell(static_cast<double>(blink.peak_fec), kRatioDecimals);
  row_ += ',';
  row_ += name_of(blink.kind);
  cell(static_cast<double>(blink.closing_ms), kDurationDecimals);
  cell(static_cast<double>(blink.opening_ms), kDurationDecimals);
  cell(static_cast<double>(blink.half_width_ms), kDurationDecimals);
  row_ += '\n';
  file_.write(row_);
}

}  // namespace eyelid::tables
