// SPDX-License-Identifier: MIT
#include "eyelid/tables/blinks_csv.hpp"

#include <array>
#include <optional>
#include <utility>

#include "eyelid/tables/csv_reader.hpp"
#include "eyelid/tables/csv_text.hpp"

namespace eyelid::tables {

std::vector<Blink> read_blinks_csv(const std::filesystem::path& path) {
  CsvReader table(path);
  const std::size_t eye = table.required_column("eye");
  const std::size_t onset = table.required_column("onset_s");
  const std::size_t peak = table.required_column("peak_s");
  const std::size_t offset = table.required_column("offset_s");
  const std::size_t kind = table.required_column("kind");
  const auto frame = [&](const char* name, std::int64_t Blink::*member) {
    return std::pair(table.column(name), member);
  };
  const std::array frames = {frame("onset_frame", &Blink::onset_frame),
                             frame("peak_frame", &Blink::peak_frame),
                             frame("offset_frame", &Blink::offset_frame)};
  const auto figure = [&](const char* name, float Blink::*member) {
    return std::pair(table.column(name), member);
  };
  const std::array figures = {figure("amplitude", &Blink::amplitude),
                              figure("peak_fec", &Blink::peak_fec),
                              figure("closing_ms", &Blink::closing_ms),
                              figure("opening_ms", &Blink::opening_ms),
                              figure("half_width_ms", &Blink::half_width_ms)};
  const std::optional<std::size_t> is_cut = table.column("is_cut");
  std::vector<Blink> blinks;
  while (table.next()) {
    Blink blink;
    if (table.text(eye) != name_of(Eye::Right) && table.text(eye) != name_of(Eye::Left)) {
      table.fail(eye, "right or left");
    }
    blink.eye = table.text(eye) == name_of(Eye::Right) ? Eye::Right : Eye::Left;
    blink.onset_s = table.number(onset);
    blink.peak_s = table.number(peak);
    blink.offset_s = table.number(offset);
    blink.kind =
        table.text(kind) == name_of(BlinkKind::Full) ? BlinkKind::Full : BlinkKind::Partial;
    for (const auto& [column, member] : frames) {
      if (column) blink.*member = table.integer(*column);
    }
    for (const auto& [column, member] : figures) {
      if (column) blink.*member = table.number_if_available(column);
    }
    blink.is_cut = is_cut && table.flag(*is_cut);
    blinks.push_back(blink);
  }
  return blinks;
}

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
