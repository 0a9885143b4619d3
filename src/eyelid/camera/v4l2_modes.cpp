// SPDX-License-Identifier: MIT
#include <linux/videodev2.h>

#include <algorithm>
#include <cmath>
#include <tuple>

#include "eyelid/camera/v4l2_device.hpp"

namespace eyelid::camera {
namespace {

struct KnownFormat {
  std::uint32_t fourcc;
  PixelLayout layout;
};

// What costs the bus and the processor least comes first.
constexpr KnownFormat kKnownFormats[] = {
    {V4L2_PIX_FMT_GREY, PixelLayout::Gray8},
    {V4L2_PIX_FMT_NV12, PixelLayout::Gray8},
    {V4L2_PIX_FMT_YUV420, PixelLayout::Gray8},
    {V4L2_PIX_FMT_Y10, PixelLayout::Gray10},
    {V4L2_PIX_FMT_Y12, PixelLayout::Gray12},
    {V4L2_PIX_FMT_Y14, PixelLayout::Gray14},
    {V4L2_PIX_FMT_Y16, PixelLayout::Gray16},
    {V4L2_PIX_FMT_YUYV, PixelLayout::Yuyv},
    {V4L2_PIX_FMT_UYVY, PixelLayout::Uyvy},
    {V4L2_PIX_FMT_MJPEG, PixelLayout::Jpeg},
    {V4L2_PIX_FMT_JPEG, PixelLayout::Jpeg},
};

const KnownFormat* known_format(std::uint32_t fourcc) {
  const auto* const found = std::find_if(std::begin(kKnownFormats),
                                         std::end(kKnownFormats),
                                         [&](const KnownFormat& f) { return f.fourcc == fourcc; });
  return found == std::end(kKnownFormats) ? nullptr : found;
}

// Drivers with a fault could enumerate without end.
constexpr std::uint32_t kMaxEntries = 256;

double rate_of(const v4l2_fract& interval) {
  return interval.numerator == 0
             ? 0.0
             : static_cast<double>(interval.denominator) / static_cast<double>(interval.numerator);
}

void add_rates(const V4l2Device& device, V4l2Mode& mode) {
  for (std::uint32_t i = 0; i < kMaxEntries; ++i) {
    v4l2_frmivalenum entry = {};
    entry.index = i;
    entry.pixel_format = mode.fourcc;
    entry.width = static_cast<std::uint32_t>(mode.width);
    entry.height = static_cast<std::uint32_t>(mode.height);
    if (device.call(VIDIOC_ENUM_FRAMEINTERVALS, &entry) != 0) break;
    if (entry.type == V4L2_FRMIVAL_TYPE_DISCRETE) {
      mode.rates.push_back(rate_of(entry.discrete));
      continue;
    }
    mode.rates = {rate_of(entry.stepwise.min), rate_of(entry.stepwise.max)};
    mode.takes_any_rate = true;
    break;
  }
  std::sort(mode.rates.rbegin(), mode.rates.rend());
}

int stepped(std::uint32_t low, std::uint32_t high, std::uint32_t step, int wanted) {
  const std::uint32_t inside =
      std::clamp(static_cast<std::uint32_t>(std::max(wanted, 0)), low, high);
  return static_cast<int>(low + (inside - low) / std::max(step, 1u) * std::max(step, 1u));
}

void add_sizes(const V4l2Device& device,
               std::uint32_t fourcc,
               int width,
               int height,
               std::vector<V4l2Mode>& modes) {
  std::uint32_t i = 0;
  for (; i < kMaxEntries; ++i) {
    v4l2_frmsizeenum entry = {};
    entry.index = i;
    entry.pixel_format = fourcc;
    if (device.call(VIDIOC_ENUM_FRAMESIZES, &entry) != 0) break;
    if (entry.type == V4L2_FRMSIZE_TYPE_DISCRETE) {
      modes.push_back({fourcc,
                       static_cast<int>(entry.discrete.width),
                       static_cast<int>(entry.discrete.height),
                       {}});
      continue;
    }
    const v4l2_frmsize_stepwise& range = entry.stepwise;
    modes.push_back({fourcc,
                     stepped(range.min_width, range.max_width, range.step_width, width),
                     stepped(range.min_height, range.max_height, range.step_height, height),
                     {}});
    modes.push_back(
        {fourcc, static_cast<int>(range.max_width), static_cast<int>(range.max_height), {}});
    return;
  }
  if (i == 0) modes.push_back({fourcc, width, height, {}});  // a driver that does not list sizes
}

// How far the closest rate of the mode is from `rate`, as a share of it; 1 % is close enough.
double rate_miss(const V4l2Mode& mode, double rate) {
  if (mode.rates.empty()) return 0.0;
  if (mode.takes_any_rate && rate <= mode.rates.front() && rate >= mode.rates.back()) return 0.0;
  double miss = INFINITY;
  for (const double offered : mode.rates) miss = std::min(miss, std::abs(offered - rate) / rate);
  return miss <= 0.01 ? 0.0 : miss;
}

double size_miss(const V4l2Mode& mode, int width, int height) {
  return std::abs(mode.width - width) + std::abs(mode.height - height);
}

}  // namespace

std::optional<PixelLayout> layout_of_fourcc(std::uint32_t fourcc) {
  const KnownFormat* const format = known_format(fourcc);
  return format == nullptr ? std::nullopt : std::optional(format->layout);
}

std::string fourcc_text(std::uint32_t fourcc) {
  std::string text;
  for (int shift = 0; shift < 32; shift += 8) {
    const auto letter = static_cast<char>((fourcc >> shift) & 127u);
    text += letter >= 32 && letter < 127 ? letter : '?';
  }
  return text.substr(0, text.find_last_not_of(' ') + 1);
}

std::vector<V4l2Mode> list_modes(const V4l2Device& device, int wanted_width, int wanted_height) {
  std::vector<std::uint32_t> offered;
  for (std::uint32_t i = 0; i < kMaxEntries; ++i) {
    v4l2_fmtdesc entry = {};
    entry.index = i;
    entry.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    if (device.call(VIDIOC_ENUM_FMT, &entry) != 0) break;
    if (known_format(entry.pixelformat) != nullptr) offered.push_back(entry.pixelformat);
  }
  std::sort(offered.begin(), offered.end(), [](std::uint32_t a, std::uint32_t b) {
    return known_format(a) < known_format(b);
  });
  std::vector<V4l2Mode> modes;
  for (const std::uint32_t fourcc : offered) {
    add_sizes(device, fourcc, wanted_width, wanted_height, modes);
  }
  for (V4l2Mode& mode : modes) add_rates(device, mode);
  return modes;
}

std::optional<V4l2Mode> choose_mode(const std::vector<V4l2Mode>& modes,
                                    std::optional<double> rate,
                                    int width,
                                    int height) {
  const auto cost = [&](const V4l2Mode& mode) {
    // Without a rate asked, more is better only among equals.
    const double fastest = mode.rates.empty() ? 0.0 : mode.rates.front();
    return std::tuple(
        rate ? rate_miss(mode, *rate) : 0.0, size_miss(mode, width, height), rate ? 0.0 : -fastest);
  };
  const auto best =
      std::min_element(modes.begin(), modes.end(), [&](const V4l2Mode& a, const V4l2Mode& b) {
        return cost(a) < cost(b);
      });
  return best == modes.end() ? std::nullopt : std::optional(*best);
}

}  // namespace eyelid::camera
