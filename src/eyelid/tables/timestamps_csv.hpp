// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "eyelid/core/per_eye.hpp"

namespace eyelid::tables {

/// What became of a frame that a camera counted.
enum class CameraFrameStatus {
  Ok,          // recorded and measured
  Lost,        // never came
  Incomplete,  // came in part
  Overrun,     // came, and was not measured: the tracker was behind
};
constexpr std::string_view name_of(CameraFrameStatus status) {
  constexpr std::string_view kNames[] = {"ok", "lost", "incomplete", "overrun"};
  return kNames[static_cast<int>(status)];
}

/// A row of timestamps.csv: one per number of the camera.
struct CameraFrameRow {
  std::int64_t number = 0;
  CameraFrameStatus status = CameraFrameStatus::Lost;
  std::int64_t frame = -1;          // its row in frames.csv; -1: it has none
  std::int64_t time_ns = 0;         // of the exposure on the camera's clock, from that of frame 0
  double arrival_s = 0.0;           // on the clock of the machine, from the arrival of frame 0
  double fec_at_s = kNotAvailable;  // when its closure was known
  PerEye<float> fec = kNeitherEye;  // as it was known live
  float mean_fec = kNotAvailable;
};

/// Header of timestamps.csv, with its line end; columns as in docs/files.md.
std::string_view timestamps_header();
/// The row, with its line end. `time_s` has nine decimals, so that `track --timestamps` has the
/// times of the live session to the bit.
void append_row(std::string& text, const CameraFrameRow& row);

/// Seconds as `track --timestamps` reads them from nine decimals.
double seconds_of(std::int64_t nanoseconds);

}  // namespace eyelid::tables
