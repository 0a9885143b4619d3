// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "studies/ipu/host_model.hpp"
#include "studies/ipu/network.hpp"

namespace eyelid::ipu {

/// One row of the study's IPU tables.
struct StudyPoint {
  std::string table;  // "batch size", "low latency", "optimized"
  std::string chip;
  int batch = 0;
  int io_tiles = 0;
  int prefetch_depth = 0;
  bool async_callbacks = false;
  double step_ms = 0.0;    // published
  double device_ms = 0.0;  // computing, from layer A; filled in by add_device_times
  bool is_overlapped() const { return async_callbacks; }
};
/// tables/study.json
std::vector<StudyPoint> study_points();

/// Bytes of one image of `network`: `input` 4 for single precision, 1 for uint8, ...
StreamBytes stream_bytes(const Network& network, int input_element_bytes, int output_element_bytes);

/// Compiles the network for every point (some 30 s); `progress` gets the points done.
void add_device_times(const Network& network,
                      std::vector<StudyPoint>& points,
                      const std::function<void(std::size_t)>& progress);

/// The constants of both hosts.
struct FittedConstants {
  HostConstants mk1, mk2;
  const HostConstants& of(const std::string& chip) const { return chip == "mk1" ? mk1 : mk2; }
};

struct StudyCheck {
  FittedConstants constants;
  std::vector<double> predicted_ms;    // by point
  double mape = 0.0, max_error = 0.0;  // of the points without overlap, in sample; fractions
  double leave_one_out_mape = 0.0, leave_one_out_max = 0.0;
  double extrapolation_mape = 0.0, extrapolation_max = 0.0;  // fitted to b <= 8, beyond it
  double overlapped_max = 0.0;
};
StudyCheck check_study(const Network& network, const std::vector<StudyPoint>& points);

}  // namespace eyelid::ipu
