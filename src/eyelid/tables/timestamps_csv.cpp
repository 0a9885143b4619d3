// SPDX-License-Identifier: MIT
#include "eyelid/tables/timestamps_csv.hpp"

#include <fmt/format.h>

#include <iterator>

#include "eyelid/tables/csv_text.hpp"

namespace eyelid::tables {
namespace {

constexpr std::int64_t kSecond_ns = 1'000'000'000;

}  // namespace

std::string_view timestamps_header() {
  return "number,status,frame,time_s,arrival_s,fec_at_s,fec_right,fec_left,fec\n";
}

double seconds_of(std::int64_t nanoseconds) {
  const std::int64_t seconds = nanoseconds / kSecond_ns;
  return static_cast<double>(seconds) + static_cast<double>(nanoseconds % kSecond_ns) / 1e9;
}

void append_row(std::string& text, const CameraFrameRow& row) {
  const auto end = std::back_inserter(text);
  fmt::format_to(end, "{},{},", row.number, name_of(row.status));
  if (row.frame < 0) {
    text += ",,,,,,\n";
    return;
  }
  fmt::format_to(
      end, "{},{}.{:09},", row.frame, row.time_ns / kSecond_ns, row.time_ns % kSecond_ns);
  append_number(text, row.arrival_s, kTimeDecimals);
  text += ',';
  append_number(text, row.fec_at_s, kTimeDecimals);
  for (const float fec : {row.fec.right, row.fec.left, row.mean_fec}) {
    text += ',';
    append_number(text, static_cast<double>(fec), kRatioDecimals);
  }
  text += '\n';
}

}  // namespace eyelid::tables
