// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <bit>
#include <concepts>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "eyelid/files/base64.hpp"
#include "eyelid/reports/report_builder.hpp"
#include "eyelid/reports/report_trace.hpp"

namespace eyelid::reports {

using ReportJson = nlohmann::ordered_json;

/// Numbers as base64 text of a little-endian array, as `new Float64Array(buffer)` reads it.
template <typename Value>
requires std::integral<Value> || std::floating_point<Value> std::string packed(
    const std::vector<Value>& values) {
  std::vector<std::uint8_t> bytes;
  bytes.reserve(values.size() * sizeof(Value));
  for (const Value value : values) {
    const auto raw = std::bit_cast<std::array<std::uint8_t, sizeof(Value)>>(value);
    if constexpr (std::endian::native == std::endian::little) {
      bytes.insert(bytes.end(), raw.begin(), raw.end());
    } else {
      bytes.insert(bytes.end(), raw.rbegin(), raw.rend());
    }
  }
  return files::base64(bytes);
}

/// A closure or aspect ratio in units of 0.0001, clamped to +-3.2767; not available: -32768.
std::int16_t packed_ratio(float value);

/// null if not finite; otherwise rounded to `decimals` to keep the text short.
ReportJson json_number(double value, int decimals);

ReportJson trace_json(const ReportTrace& trace);
ReportJson picture_json(const ReportPicture& picture);
ReportJson trials_json(std::span<const Trial> trials);
ReportJson comparison_json(const ReportComparison& comparison);

}  // namespace eyelid::reports
