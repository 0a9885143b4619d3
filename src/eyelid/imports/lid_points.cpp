// SPDX-License-Identifier: MIT
#include "eyelid/imports/lid_points.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>
#include <utility>

#include "eyelid/core/error.hpp"
#include "eyelid/core/per_eye.hpp"
#include "eyelid/imports/text_file.hpp"

namespace eyelid::imports {
namespace {

std::vector<std::string> split_at(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  while (true) {
    const std::size_t end = text.find(separator, begin);
    parts.emplace_back(trimmed(std::string_view(text).substr(begin, end - begin)));
    if (end == std::string::npos) return parts;
    begin = end + 1;
  }
}

bool contains(const std::string& text, std::initializer_list<std::string_view> words) {
  return std::ranges::any_of(
      words, [&](std::string_view word) { return text.find(word) != std::string::npos; });
}

struct Place {
  double x = std::numeric_limits<double>::quiet_NaN();
  double y = std::numeric_limits<double>::quiet_NaN();
};

double distance(const Place& a, const Place& b) { return std::hypot(a.x - b.x, a.y - b.y); }

}  // namespace

LidOpening::LidOpening(std::string file, std::vector<PosePoint> points, const TraceOptions& options)
    : file_(std::move(file)), points_(std::move(points)), min_likelihood_(options.min_likelihood) {
  for (const std::string& setting : options.lid_points) take(setting);
  if (eyes_.empty()) find_by_name();
  description_ = "lid points ";
  for (const Eye& eye : eyes_) {
    for (const std::vector<std::size_t>& part : eye.parts) {
      for (const std::size_t point : part) {
        if (!description_.ends_with(' ')) description_ += ", ";
        description_ += points_[point].name;
      }
    }
  }
}

std::string LidOpening::list() const {
  std::string names;
  for (const PosePoint& point : points_) names += (names.empty() ? "" : ", ") + point.name;
  return names;
}

std::vector<std::size_t> LidOpening::points_named(const std::string& names) const {
  std::vector<std::size_t> found;
  for (const std::string& name : split_at(names, '+')) {
    const auto point =
        std::ranges::find_if(points_, [&](const PosePoint& one) { return one.name == name; });
    if (point == points_.end()) {
      throw InputError(
          fmt::format("{}: has the points {}; expected a point {}", file_, list(), name));
    }
    found.push_back(static_cast<std::size_t>(point - points_.begin()));
  }
  return found;
}

void LidOpening::take(const std::string& setting) {
  Eye eye;
  std::string names = setting;
  for (const auto& [prefix, place] : {std::pair("right:", 0u), std::pair("left:", 1u)}) {
    if (!names.starts_with(prefix)) continue;
    names.erase(0, std::string_view(prefix).size());
    eye.place = place;
  }
  const std::vector<std::string> parts = split_at(names, ',');
  if (parts.size() != 2 && parts.size() != 4) {
    throw InputError("lid points " + setting +
                     ": expected UPPER,LOWER or UPPER,LOWER,CORNER,CORNER, several points of a lid "
                     "joined with +, and right: or left: in front for two eyes");
  }
  for (const std::string& part : parts) eye.parts.push_back(points_named(part));
  for (const Eye& other : eyes_) {
    if (other.place == eye.place) {
      throw InputError("lid points " + setting + ": an eye is given twice, expected each once");
    }
  }
  eyes_.push_back(std::move(eye));
}

void LidOpening::find_by_name() {
  Eye eyes[3];
  for (std::size_t i = 0; i < 3; ++i) {
    eyes[i].place = i;
    eyes[i].parts.resize(2);
  }
  for (std::size_t i = 0; i < points_.size(); ++i) {
    const std::string name = lower(points_[i].name);
    const std::size_t place = contains(name, {"right"}) ? 0 : contains(name, {"left"}) ? 1 : 2;
    // Pupils, lips, and ears have tops as well.
    const bool may_be_lid =
        contains(name, {"lid", "eye"}) || !contains(name, {"pupil", "lip", "ear"});
    if (!may_be_lid) continue;
    if (contains(name, {"upper", "top"})) eyes[place].parts[0].push_back(i);
    if (contains(name, {"lower", "bottom"})) eyes[place].parts[1].push_back(i);
  }
  for (Eye& eye : eyes) {
    if (!eye.parts[0].empty() && !eye.parts[1].empty()) eyes_.push_back(std::move(eye));
  }
  if (eyes_.empty()) {
    throw InputError(fmt::format(
        "{}: has the points {}; expected an upper and a lower lid (name them: --lid-points "
        "UPPER,LOWER)",
        file_,
        list()));
  }
}

void LidOpening::add(Trace& trace, const std::function<double(std::size_t)>& value) const {
  const auto mean_of_part = [&](const std::vector<std::size_t>& part) {
    Place sum{0.0, 0.0};
    int count = 0;
    for (const std::size_t index : part) {
      const PosePoint& point = points_[index];
      // Not a number is no likelihood either.
      if (point.has_likelihood && !(value(point.likelihood) >= min_likelihood_)) continue;
      const Place place{value(point.x), value(point.y)};
      if (!std::isfinite(place.x) || !std::isfinite(place.y)) continue;
      sum.x += place.x;
      sum.y += place.y;
      ++count;
    }
    return count > 0 ? Place{sum.x / count, sum.y / count} : Place{};
  };
  for (const Eye& eye : eyes_) {
    double opening = distance(mean_of_part(eye.parts[0]), mean_of_part(eye.parts[1]));
    if (eye.parts.size() == 4) {
      opening /= distance(mean_of_part(eye.parts[2]), mean_of_part(eye.parts[3]));
    }
    trace.values[eye.place].push_back(std::isfinite(opening) ? static_cast<float>(opening)
                                                             : kNotAvailable);
  }
}

}  // namespace eyelid::imports
