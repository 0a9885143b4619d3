// SPDX-License-Identifier: MIT
#include "eyelid/reports/blink_sheet.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

namespace eyelid::reports {
namespace {

constexpr std::size_t kRemembered = 60'000;
constexpr double kMargin_s = 0.15;          // shown before onset and after offset
constexpr std::size_t kMaxPoints = 64;      // of a curve
constexpr std::size_t kPictureBytes = 200;  // of a picture beside its JPEG text

std::size_t bytes_of(const ReportJson& picture) {
  return picture["jpeg"].get_ref<const std::string&>().size() + kPictureBytes;
}

ReportJson row_json(const Blink& blink) {
  const auto figure = [](float value, int decimals) {
    return json_number(static_cast<double>(value), decimals);
  };
  return {{"eye", name_of(blink.eye)},
          {"onset_frame", blink.onset_frame},
          {"peak_frame", blink.peak_frame},
          {"offset_frame", blink.offset_frame},
          {"onset_s", json_number(blink.onset_s, 6)},
          {"peak_s", json_number(blink.peak_s, 6)},
          {"offset_s", json_number(blink.offset_s, 6)},
          {"amplitude", figure(blink.amplitude, 4)},
          {"peak_fec", figure(blink.peak_fec, 4)},
          {"kind", name_of(blink.kind)},
          {"closing_ms", figure(blink.closing_ms, 2)},
          {"opening_ms", figure(blink.opening_ms, 2)},
          {"half_width_ms", figure(blink.half_width_ms, 2)},
          {"is_cut", blink.is_cut}};
}

}  // namespace

BlinkSheet::BlinkSheet(std::size_t max_blinks, std::size_t max_picture_bytes)
    : max_blinks_(max_blinks), picture_bytes_left_(max_picture_bytes) {}

void BlinkSheet::add(const EyelidSample& sample) {
  recent_.push_back({sample.time_s, sample.fec});
  if (recent_.size() > kRemembered) recent_.pop_front();
  if (!waiting_.empty()) cut_waiting(false);
}

void BlinkSheet::add(const Blink& blink, const BlinkPictures& pictures) {
  if (rows_.size() == max_blinks_) {
    ++skipped_;
    return;
  }
  Row row{.blink = blink, .pictures = ReportJson::object(), .curve = nullptr};
  std::size_t bytes = 0;
  for (const auto& [name, picture] : {std::pair{"before", &pictures.before},
                                      std::pair{"peak", &pictures.peak},
                                      std::pair{"after", &pictures.after}}) {
    if (!*picture || (*picture)->image.is_empty()) continue;
    if (picture_bytes_left_ == 0) {
      bytes = 1;  // no room: do not even encode
      break;
    }
    row.pictures[name] = picture_json(**picture);
    bytes += bytes_of(row.pictures[name]);
  }
  if (bytes > picture_bytes_left_) {
    row.pictures = ReportJson::object();
    picture_bytes_left_ = 0;  // no later blink has pictures: a gap in the sheet would mislead
    ++without_pictures_;
  } else {
    picture_bytes_left_ -= bytes;
  }
  waiting_.push_back(rows_.size());
  rows_.push_back(std::move(row));
  cut_waiting(false);
}

void BlinkSheet::cut_waiting(bool is_last) {
  if (recent_.empty()) return;
  std::erase_if(waiting_, [&](std::size_t index) {
    Row& row = rows_[index];
    if (!is_last && recent_.back().time_s < row.blink.offset_s + kMargin_s) return false;
    row.curve = curve_of(row.blink);
    return true;
  });
}

ReportJson BlinkSheet::curve_of(const Blink& blink) const {
  const auto is_before = [](const Moment& moment, double time_s) { return moment.time_s < time_s; };
  const auto begin =
      std::lower_bound(recent_.begin(), recent_.end(), blink.onset_s - kMargin_s, is_before);
  const auto end =
      std::lower_bound(begin, recent_.end(), blink.offset_s + kMargin_s + 1e-9, is_before);
  // No longer kept: half a curve would look like half a blink.
  if (begin == recent_.begin() && begin != recent_.end() && begin->time_s > blink.onset_s) {
    return nullptr;
  }
  const auto count = static_cast<std::size_t>(end - begin);
  if (count < 2) return nullptr;
  const std::size_t stride = (count + kMaxPoints - 1) / kMaxPoints;
  std::vector<float> time_ms;
  std::vector<std::int16_t> fec;
  for (std::size_t first = 0; first < count; first += stride) {
    ValueRange values;
    double time_s = 0.0;
    const std::size_t last = std::min(first + stride, count);
    for (std::size_t i = first; i < last; ++i) {
      const Moment& moment = begin[static_cast<std::ptrdiff_t>(i)];
      values.add(moment.fec[blink.eye]);
      time_s += (moment.time_s - blink.onset_s) / static_cast<double>(last - first);
    }
    time_ms.push_back(static_cast<float>(1000.0 * time_s));
    fec.push_back(packed_ratio(values.mean()));
  }
  return {{"time_ms", packed(time_ms)}, {"fec", packed(fec)}};
}

ReportJson BlinkSheet::finish() {
  cut_waiting(true);
  std::stable_sort(rows_.begin(), rows_.end(), [](const Row& a, const Row& b) {
    return a.blink.onset_s < b.blink.onset_s;
  });
  ReportJson array = ReportJson::array();
  for (Row& row : rows_) {
    ReportJson json = row_json(row.blink);
    json["curve"] = std::move(row.curve);
    json["pictures"] = std::move(row.pictures);
    array.push_back(std::move(json));
  }
  rows_.clear();
  return {
      {"rows", std::move(array)}, {"skipped", skipped_}, {"without_pictures", without_pictures_}};
}

}  // namespace eyelid::reports
