// SPDX-License-Identifier: MIT
#include "studies/ipu/study.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "eyelid/core/error.hpp"
#include "studies/ipu/device_program.hpp"

namespace eyelid::ipu {
namespace {

constexpr std::size_t kConstants = 5;
using Row = std::array<double, kConstants>;

/// Solves the normal equations by elimination with pivots.
Row solve(std::array<Row, kConstants> matrix, Row right) {
  for (std::size_t column = 0; column < kConstants; column++) {
    std::size_t pivot = column;
    for (std::size_t row = column + 1; row < kConstants; row++) {
      if (std::abs(matrix[row][column]) > std::abs(matrix[pivot][column])) pivot = row;
    }
    std::swap(matrix[pivot], matrix[column]);
    std::swap(right[pivot], right[column]);
    EYELID_EXPECTS(std::abs(matrix[column][column]) > 1e-12);
    for (std::size_t row = 0; row < kConstants; row++) {
      if (row == column) continue;
      const double factor = matrix[row][column] / matrix[column][column];
      for (std::size_t k = 0; k < kConstants; k++) matrix[row][k] -= factor * matrix[column][k];
      right[row] -= factor * right[column];
    }
  }
  for (std::size_t i = 0; i < kConstants; i++) right[i] /= matrix[i][i];
  return right;
}

/// The event model's time of a step, single precision.
double predicted_step_ms(const Network& network,
                         const FittedConstants& constants,
                         const StudyPoint& point) {
  StreamOptions options;
  options.batch = point.batch;
  options.num_io_tiles = point.io_tiles;
  options.prefetch_depth = point.prefetch_depth;
  options.asynchronous_callbacks = point.async_callbacks;
  options.bytes = options.study_bytes = stream_bytes(network, 4, 4);
  return run_streams(chip(point.chip), constants.of(point.chip), options, point.device_ms).step_ms;
}

/// Time of a step without the fitted constants: chip and link.
double physical_ms(const Network& network, const StudyPoint& point) {
  HostConstants zero;
  zero.call_ms = 10.0;  // long enough for everything that can be hidden behind it
  return predicted_step_ms(network, {zero, zero}, point) - zero.call_ms;
}

/// call mk1, call mk2, saving, image, infeed copy
Row terms_of(const StudyPoint& point) {
  const double io = point.io_tiles > 0 ? 1.0 : 0.0;
  return {point.chip == "mk1" ? 1.0 : 0.0,
          point.chip == "mk1" ? 0.0 : 1.0,
          -io,
          static_cast<double>(point.batch),
          -io * point.batch};
}

double relative_error(double predicted, double published) {
  return std::abs(predicted / published - 1.0);
}

struct Errors {
  double sum = 0.0, max = 0.0;
  int count = 0;
  void add(double error) {
    sum += error;
    max = std::max(max, error);
    count++;
  }
  double mean() const { return count > 0 ? sum / count : 0.0; }
};

/// The one constant of the overlapped points, by golden section on their squared relative errors.
double fit_call_image(const Network& network,
                      FittedConstants constants,
                      const std::vector<StudyPoint>& points) {
  const auto cost = [&](double value) {
    constants.mk1.call_image_ms = constants.mk2.call_image_ms = value;
    double sum = 0.0;
    for (const StudyPoint& point : points) {
      if (!point.is_overlapped()) continue;
      const double error = predicted_step_ms(network, constants, point) / point.step_ms - 1.0;
      sum += error * error;
    }
    return sum;
  };
  const double ratio = (std::sqrt(5.0) - 1.0) / 2.0;
  double low = 0.0, high = constants.mk1.image_ms - constants.mk1.infeed_copy_ms;
  for (int i = 0; i < 60; i++) {
    const double left = high - ratio * (high - low), right = low + ratio * (high - low);
    (cost(left) < cost(right) ? high : low) = cost(left) < cost(right) ? right : left;
  }
  return (low + high) / 2.0;
}

/// Least squares of the relative errors: five constants from the points that do not overlap, the
/// sixth (call_image_ms) from those that do. Without the latter it stays 0.
FittedConstants fit_host(const Network& network, const std::vector<StudyPoint>& points) {
  std::array<Row, kConstants> matrix{};
  Row right{};
  bool has_overlapped = false;
  for (const StudyPoint& point : points) {
    if (point.is_overlapped()) {
      has_overlapped = true;
      continue;
    }
    const Row terms = terms_of(point);
    const double weight = 1.0 / (point.step_ms * point.step_ms);
    const double host_ms = point.step_ms - physical_ms(network, point);
    for (std::size_t i = 0; i < kConstants; i++) {
      right[i] += weight * terms[i] * host_ms;
      for (std::size_t k = 0; k < kConstants; k++) matrix[i][k] += weight * terms[i] * terms[k];
    }
  }
  const Row solution = solve(matrix, right);
  FittedConstants fitted;
  fitted.mk1 = {solution[0], solution[2], solution[3], solution[4], 0.0};
  fitted.mk2 = fitted.mk1;
  fitted.mk2.call_ms = solution[1];
  if (has_overlapped) {
    fitted.mk1.call_image_ms = fitted.mk2.call_image_ms = fit_call_image(network, fitted, points);
  }
  return fitted;
}

}  // namespace

std::vector<StudyPoint> study_points() {
  std::vector<StudyPoint> points;
  const auto json = nlohmann::json::parse(embedded_text("study.json"));
  for (const auto& row : json.at("points")) {
    points.push_back({row.at("table"),
                      row.at("chip"),
                      row.at("batch"),
                      row.at("io_tiles"),
                      row.at("prefetch_depth"),
                      row.at("async_callbacks"),
                      row.at("step_ms"),
                      0.0});
  }
  return points;
}

StreamBytes stream_bytes(const Network& network,
                         int input_element_bytes,
                         int output_element_bytes) {
  return {network.tensors[0].elements() * input_element_bytes,
          network.output_elements() * output_element_bytes};
}

void add_device_times(const Network& network,
                      std::vector<StudyPoint>& points,
                      const std::function<void(std::size_t)>& progress) {
  for (std::size_t i = 0; i < points.size(); i++) {
    const DeviceProgram program = compile(
        chip(points[i].chip), network, {points[i].batch, Precision::F32, points[i].io_tiles});
    points[i].device_ms = program.milliseconds();
    progress(i + 1);
  }
}

StudyCheck check_study(const Network& network, const std::vector<StudyPoint>& points) {
  StudyCheck check;
  check.constants = fit_host(network, points);
  Errors in_sample, skipped, beyond, overlapped;
  std::vector<StudyPoint> small;
  for (const StudyPoint& point : points) {
    if (!point.is_overlapped() && point.batch <= 8) small.push_back(point);
  }
  const FittedConstants from_small = fit_host(network, small);
  for (std::size_t i = 0; i < points.size(); i++) {
    const StudyPoint& point = points[i];
    check.predicted_ms.push_back(predicted_step_ms(network, check.constants, point));
    const double error = relative_error(check.predicted_ms.back(), point.step_ms);
    if (point.is_overlapped()) {
      overlapped.add(error);
      continue;
    }
    in_sample.add(error);
    std::vector<StudyPoint> others = points;
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(i));
    std::erase_if(others, [](const StudyPoint& other) { return other.is_overlapped(); });
    skipped.add(relative_error(predicted_step_ms(network, fit_host(network, others), point),
                               point.step_ms));
    if (point.batch > 8) {
      beyond.add(relative_error(predicted_step_ms(network, from_small, point), point.step_ms));
    }
  }
  check.mape = in_sample.mean();
  check.max_error = in_sample.max;
  check.leave_one_out_mape = skipped.mean();
  check.leave_one_out_max = skipped.max;
  check.extrapolation_mape = beyond.mean();
  check.extrapolation_max = beyond.max;
  check.overlapped_max = overlapped.max;
  return check;
}

}  // namespace eyelid::ipu
