// SPDX-License-Identifier: MIT
#include "eyelid/tables/blinks_csv.hpp"

#include "eyelid/tables/csv_text.hpp"

namespace eyelid::tables {

BlinksCsvWriter::BlinksCsvWriter(const std::filesystem::path& path)
    : table_(path,
             "eye,onset_frame,peak_frame,offset_frame,onset_s,peak_s,offset_s,amplitude,peak_fec,"
             "kind,closing_ms,opening_ms,half_width_ms,is_cut") {}

void BlinksCsvWriter::write(const Blink& blink) {
  table_.word(name_of(blink.eye));
  table_.integer(blink.onset_frame).integer(blink.peak_frame).integer(blink.offset_frame);
  table_.time(blink.onset_s).time(blink.peak_s).time(blink.offset_s);
  table_.number(static_cast<double>(blink.amplitude), kRatioDecimals);
  table_.number(static_cast<double>(blink.peak_fec), kRatioDecimals);
  table_.word(name_of(blink.kind));
  table_.number(static_cast<double>(blink.closing_ms), kDurationDecimals);
  table_.number(static_cast<double>(blink.opening_ms), kDurationDecimals);
  table_.number(static_cast<double>(blink.half_width_ms), kDurationDecimals);
  table_.integer(blink.is_cut ? 1 : 0);
  table_.end_row();
}

}  // namespace eyelid::tables
