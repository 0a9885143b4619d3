// SPDX-License-Identifier: MIT
#include "eyelid/reports/blink_sheet.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <tuple>
#include <utility>

#include "eyelid/files/json_file.hpp"

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

BlinkSheet::BlinkSheet(const std::filesystem::path& folder,
                       std::size_t max_blinks,
                       std::size_t max_picture_bytes)
    : max_blinks_(max_blinks), picture_bytes_left_(max_picture_bytes), texts_(folder) {}

void BlinkSheet::add(const EyelidSample& sample) {
  recent_.push_back({sample.time_s, sample.fec});
  if (recent_.size() > kRemembered) recent_.pop_front();
  if (!waiting_.empty()) cut_waiting(false);
}

void BlinkSheet::add(const Blink& blink, const BlinkPictures& pictures) {
  if (rows_ == max_blinks_) {
    ++skipped_;
    return;
  }
  Row row{.blink = blink, .pictures = ReportJson::object(), .number = rows_++};
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
  waiting_.push_back(std::move(row));
  cut_waiting(false);
}

void BlinkSheet::cut_waiting(bool is_last) {
  std::erase_if(waiting_, [&](Row& row) {
    if (!is_last && (recent_.empty() || recent_.back().time_s < row.blink.offset_s + kMargin_s)) {
      return false;
    }
    put_aside(row);
    return true;
  });
}

void BlinkSheet::put_aside(Row& row) {
  ReportJson json = row_json(row.blink);
  json["curve"] = curve_of(row.blink);
  json["pictures"] = std::move(row.pictures);
  const std::string text = files::json_text(json);
  texts_.append(text.data(), text.size());
  places_.push_back({row.blink.onset_s, row.number, texts_length_, text.size()});
  texts_length_ += static_cast<std::int64_t>(text.size());
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

void BlinkSheet::write(const std::function<void(std::string_view)>& sink) {
  cut_waiting(true);
  std::ranges::sort(
      places_, {}, [](const Place& place) { return std::tuple(place.onset_s, place.number); });
  sink(R"({"rows":[)");
  std::string text;
  for (std::size_t i = 0; i < places_.size(); ++i) {
    text.resize(places_[i].length);
    texts_.read(places_[i].begin, text.data(), text.size());
    if (i > 0) sink(",");
    sink(text);
  }
  sink(R"(],"skipped":)" + std::to_string(skipped_) + R"(,"without_pictures":)" +
       std::to_string(without_pictures_) + "}");
}

}  // namespace eyelid::reports
