// SPDX-License-Identifier: MIT
#include "eyelid/reports/report_json.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "eyelid/films/jpeg.hpp"

namespace eyelid::reports {
namespace {

constexpr int kJpegQuality = 82;
constexpr std::int16_t kMissing = -32768;

constexpr std::array<const char*, kTraceSeriesCount> kSeriesNames = {
    "fec_right", "fec_left", "fec", "ear_right", "ear_left", "true_right", "true_left"};

ReportJson series_json(const ReportTrace& trace, std::size_t series) {
  std::vector<std::int16_t> mean;
  std::vector<std::int16_t> min;
  std::vector<std::int16_t> max;
  for (const TraceBin& bin : trace.bins()) {
    const ValueRange& range = bin.values[series];
    mean.push_back(packed_ratio(range.mean()));
    min.push_back(range.count > 0 ? packed_ratio(range.min) : kMissing);
    max.push_back(range.count > 0 ? packed_ratio(range.max) : kMissing);
  }
  ReportJson json = {{"mean", packed(mean)}};
  if (trace.frames_per_bin() > 1) {
    json["min"] = packed(min);
    json["max"] = packed(max);
  }
  return json;
}

}  // namespace

std::int16_t packed_ratio(float value) {
  if (!std::isfinite(value)) return kMissing;
  return static_cast<std::int16_t>(std::lround(std::clamp(value, -3.2767f, 3.2767f) * 1e4f));
}

ReportJson json_number(double value, int decimals) {
  if (!std::isfinite(value)) return nullptr;
  const double unit = std::pow(10.0, decimals);
  const double rounded = std::round(value * unit) / unit;
  // The product may overflow: such a large value needs no rounding.
  return std::isfinite(rounded) ? rounded + 0.0 : value;
}

ReportJson trace_json(const ReportTrace& trace) {
  std::vector<double> first_time_s;
  std::vector<double> last_time_s;
  std::vector<std::uint32_t> first_frame;
  std::vector<std::uint32_t> frames;
  std::vector<std::uint32_t> valid;
  std::vector<std::uint32_t> interpolated;
  std::array<std::int64_t, kTraceSeriesCount> counts{};
  for (const TraceBin& bin : trace.bins()) {
    first_time_s.push_back(bin.first_time_s);
    last_time_s.push_back(bin.last_time_s);
    first_frame.push_back(static_cast<std::uint32_t>(bin.first_frame));
    frames.push_back(static_cast<std::uint32_t>(bin.frames));
    valid.push_back(static_cast<std::uint32_t>(bin.valid_frames));
    interpolated.push_back(static_cast<std::uint32_t>(bin.interpolated_frames));
    for (std::size_t i = 0; i < counts.size(); ++i) counts[i] += bin.values[i].count;
  }
  ReportJson json = {{"frames", trace.frames()},
                     {"bins", trace.bins().size()},
                     {"frames_per_bin", trace.frames_per_bin()},
                     {"first_time_s", packed(first_time_s)},
                     {"last_time_s", packed(last_time_s)},
                     {"first_frame", packed(first_frame)},
                     {"bin_frames", packed(frames)},
                     {"valid", packed(valid)},
                     {"interpolated", packed(interpolated)},
                     {"series", ReportJson::object()}};
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] > 0) json["series"][kSeriesNames[i]] = series_json(trace, i);
  }
  return json;
}

ReportJson picture_json(const ReportPicture& picture) {
  ReportJson lids = ReportJson::array();
  for (const EyePoints& lid : picture.lids) {
    ReportJson points = ReportJson::array();
    for (const Point& point : lid) {
      points.push_back(json_number(static_cast<double>(point.x), 1));
      points.push_back(json_number(static_cast<double>(point.y), 1));
    }
    lids.push_back(points);
  }
  return {{"jpeg", files::base64(films::gray_jpeg(picture.image, kJpegQuality))},
          {"width", picture.image.width},
          {"height", picture.image.height},
          {"frame", picture.frame},
          {"time_s", json_number(picture.time_s, 6)},
          {"fec", json_number(static_cast<double>(picture.fec), 4)},
          {"lids", lids}};
}

ReportJson trials_json(std::span<const Trial> trials) {
  ReportJson array = ReportJson::array();
  for (const Trial& trial : trials) {
    const auto onset = [](const std::optional<double>& time_s) -> ReportJson {
      return time_s ? json_number(*time_s, 6) : ReportJson(nullptr);
    };
    array.push_back({{"trial", trial.number},
                     {"type", name_of(trial.type)},
                     {"cs_onset_s", onset(trial.cs_onset_s)},
                     {"us_onset_s", onset(trial.us_onset_s)}});
  }
  return array;
}

ReportJson comparison_json(const ReportComparison& comparison) {
  const auto figure = [](float value) { return json_number(static_cast<double>(value), 5); };
  return {{"truth", comparison.truth},
          {"frames", comparison.frames},
          {"rmse", figure(comparison.rmse)},
          {"mae", figure(comparison.mae)},
          {"correlation", figure(comparison.correlation)},
          {"blink_precision", figure(comparison.blink_precision)},
          {"blink_recall", figure(comparison.blink_recall)},
          {"blink_f1", figure(comparison.blink_f1)},
          {"onset_error_ms_median", figure(comparison.onset_error_ms_median)}};
}

}  // namespace eyelid::reports
