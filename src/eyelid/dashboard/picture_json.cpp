// SPDX-License-Identifier: MIT
#include "eyelid/dashboard/picture_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <span>
#include <vector>

#include "eyelid/files/base64.hpp"
#include "eyelid/films/eye_crop.hpp"
#include "eyelid/films/jpeg.hpp"

namespace eyelid::dashboard {
namespace {

constexpr int kMostWidth = 480;
constexpr int kMostHeight = 360;
constexpr int kQuality = 75;

/// Every pixel the mean of factor x factor; what is left over at the right and below is cut.
GrayImage reduced(const FrameView& frame, int factor) {
  GrayImage small(frame.width / factor, frame.height / factor);
  std::vector<int> sums(static_cast<std::size_t>(small.width()));
  for (int y = 0; y < small.height(); ++y) {
    std::ranges::fill(sums, factor * factor / 2);
    for (int row = 0; row < factor; ++row) {
      const std::uint8_t* pixel = frame.row(y * factor + row);
      for (int& sum : sums) {
        for (int i = 0; i < factor; ++i) sum += *pixel++;
      }
    }
    std::ranges::transform(sums, small.row(y), [&](int sum) {
      return static_cast<std::uint8_t>(sum / (factor * factor));
    });
  }
  return small;
}

bool is_finite(const EyePoints& eye) {
  return std::ranges::all_of(eye, [](Point p) { return std::isfinite(p.x) && std::isfinite(p.y); });
}

std::string json_of(const FrameView& image, std::span<const EyePoints> lids) {
  std::string points;
  for (const EyePoints& eye : lids) {
    if (!is_finite(eye)) continue;
    points += points.empty() ? "[" : ",[";
    for (std::size_t i = 0; i < eye.size(); ++i) {
      // Pixel edges: the center of the first pixel is at 0.5.
      fmt::format_to(std::back_inserter(points),
                     "{}[{:.1f},{:.1f}]",
                     i == 0 ? "" : ",",
                     eye[i].x + 0.5f,
                     eye[i].y + 0.5f);
    }
    points += "]";
  }
  return fmt::format(R"({{"jpeg":"{}","width":{},"height":{},"lids":[{}]}})",
                     files::base64(films::gray_jpeg(image, kQuality)),
                     image.width,
                     image.height,
                     points);
}

}  // namespace

std::string picture_json(const FrameView& frame,
                         const std::optional<EyeLandmarks>& eyes,
                         double time_s) {
  const int wanted = std::max((frame.width + kMostWidth - 1) / kMostWidth,
                              (frame.height + kMostHeight - 1) / kMostHeight);
  const int factor = std::min({wanted, frame.width, frame.height});
  std::vector<EyePoints> lids;
  if (eyes) {
    for (const Eye eye : kEyes) {
      EyePoints& small = lids.emplace_back((*eyes)[eye]);
      const float scale = 1.0f / static_cast<float>(factor);
      for (Point& p : small) p = (p + Point{0.5f, 0.5f}) * scale - Point{0.5f, 0.5f};
    }
  }
  std::string json = fmt::format(R"({{"time_s":{:.3f},"view":)", time_s);
  json += factor == 1 ? json_of(frame, lids) : json_of(reduced(frame, factor), lids);
  if (eyes && (is_finite(eyes->right) || is_finite(eyes->left))) {
    const films::EyeCrop crop = films::cut_both_eyes(frame, *eyes);
    json += R"(,"eyes":)";
    json += json_of(crop.image, crop.lids);
  }
  json += "}";
  return json;
}

}  // namespace eyelid::dashboard
