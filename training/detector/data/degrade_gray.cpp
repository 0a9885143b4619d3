// SPDX-License-Identifier: MIT
#include "training/detector/data/degrade_gray.hpp"

#include <turbojpeg.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <new>
#include <vector>

namespace eyelid::training {
namespace {

using synthesis::Random;

constexpr int kSide = kDetectorSide;
constexpr float kTwoPi = 6.2831853f;

// Normal numbers to cut pieces from: drawing 16384 of them per picture would cost more than all
// else. Same numbers in every run.
constexpr std::size_t kNoiseCount = std::size_t{1} << 17;
const std::vector<float>& noise_table() {
  static const std::vector<float> table = [] {
    std::vector<float> values(kNoiseCount + kCanvasPixels);
    Random random(0x6e6f697365ull, 0);
    for (float& value : values) value = static_cast<float>(random.normal());
    return values;
  }();
  return table;
}

void clamp(GrayPlane& plane) {
  for (float& value : plane) value = std::clamp(value, 0.0f, 255.0f);
}

void change_tone(Random& random, GrayPlane& plane) {
  const float gamma = std::exp(random.uniform_f(-0.6, 0.6));
  float contrast = random.uniform_f(0.6, 1.2);
  float level = random.uniform_f(-30.0, 30.0);
  const double kind = random.unit();
  if (kind < 0.12) {  // hardly any contrast
    contrast = random.uniform_f(0.12, 0.45);
    level = random.uniform_f(-60.0, 60.0);
  } else if (kind < 0.27) {  // burnt out, as webcams do faces
    contrast = random.uniform_f(1.1, 1.9);
    level = random.uniform_f(10.0, 70.0);
  } else if (kind < 0.35) {  // dark room
    contrast = random.uniform_f(0.25, 0.8);
    level = random.uniform_f(-90.0, -40.0);
  }
  std::array<float, 257> table;
  for (std::size_t i = 0; i < table.size(); ++i) {
    const float lit = std::pow(std::min(1.0f, static_cast<float>(i) / 255.0f), gamma) * 255.0f;
    table[i] = 127.5f + contrast * (lit - 127.5f) + level;
  }
  for (float& value : plane) {
    const auto index = static_cast<std::size_t>(value);
    value = table[index] + (value - static_cast<float>(index)) * (table[index + 1] - table[index]);
  }
}

void light_from_one_side(Random& random, GrayPlane& plane) {
  const float angle = random.uniform_f(0.0, kTwoPi);
  const float strength = random.uniform_f(0.1, 0.6) * 2.0f / kSide;
  const float across = strength * std::cos(angle), down = strength * std::sin(angle);
  for (int y = 0; y < kSide; ++y) {
    float* row = plane.data() + y * kSide;
    for (int x = 0; x < kSide; ++x) {
      row[x] *=
          1.0f + across * (static_cast<float>(x) - 63.5f) + down * (static_cast<float>(y) - 63.5f);
    }
  }
}

void flicker(Random& random, GrayPlane& plane) {
  const float strength = random.uniform_f(0.03, 0.2);
  const float waves = random.uniform_f(0.5, 4.0), phase = random.uniform_f(0.0, kTwoPi);
  for (int y = 0; y < kSide; ++y) {
    const float gain =
        1.0f + strength * std::sin(phase + waves * kTwoPi * static_cast<float>(y) / kSide);
    for (int x = 0; x < kSide; ++x) plane[static_cast<std::size_t>(y * kSide + x)] *= gain;
  }
}

// Rows are filtered with borders repeated, then columns.
void blur_along(const float* weights, int reach, bool is_vertical, GrayPlane& plane) {
  constexpr int kPad = 8;
  std::array<float, kSide + 2 * kPad> line;
  const int step = is_vertical ? kSide : 1, next = is_vertical ? 1 : kSide;
  for (int i = 0; i < kSide; ++i) {
    float* begin = plane.data() + i * next;
    for (int k = 0; k < kSide; ++k) line[static_cast<std::size_t>(kPad + k)] = begin[k * step];
    std::fill_n(line.begin(), kPad, begin[0]);
    std::fill_n(line.end() - kPad, kPad, begin[(kSide - 1) * step]);
    for (int k = 0; k < kSide; ++k) {
      float sum = 0.0f;
      for (int t = -reach; t <= reach; ++t) {
        sum += weights[t + reach] * line[static_cast<std::size_t>(kPad + k + t)];
      }
      begin[k * step] = sum;
    }
  }
}

void gaussian_blur(float sigma, GrayPlane& plane) {
  const int reach = std::min(6, static_cast<int>(std::ceil(2.5f * sigma)));
  std::array<float, 13> weights;
  float sum = 0.0f;
  for (int t = -reach; t <= reach; ++t) {
    const auto d = static_cast<float>(t);
    sum += weights[static_cast<std::size_t>(t + reach)] = std::exp(-0.5f * d * d / (sigma * sigma));
  }
  for (float& weight : weights) weight /= sum;
  blur_along(weights.data(), reach, false, plane);
  blur_along(weights.data(), reach, true, plane);
}

void motion_blur(Random& random, GrayPlane& plane) {
  const float angle = random.uniform_f(0.0, kTwoPi / 2.0f);
  const float length = random.uniform_f(1.5, 6.0);
  const int steps = 1 + static_cast<int>(length);
  const GrayPlane sharp = plane;
  std::vector<int> shifts_x, shifts_y;
  for (int i = 0; i <= steps; ++i) {
    const float t = (static_cast<float>(i) / static_cast<float>(steps) - 0.5f) * length;
    shifts_x.push_back(static_cast<int>(std::lround(t * std::cos(angle))));
    shifts_y.push_back(static_cast<int>(std::lround(t * std::sin(angle))));
  }
  const float share = 1.0f / static_cast<float>(shifts_x.size());
  plane.fill(0.0f);
  for (std::size_t i = 0; i < shifts_x.size(); ++i) {
    for (int y = 0; y < kSide; ++y) {
      const float* source = sharp.data() + std::clamp(y + shifts_y[i], 0, kSide - 1) * kSide;
      float* target = plane.data() + y * kSide;
      const int dx = shifts_x[i];
      const int begin = std::max(0, -dx), end = std::min(kSide, kSide - dx);
      for (int x = 0; x < begin; ++x) target[x] += share * source[0];
      for (int x = begin; x < end; ++x) target[x] += share * source[x + dx];
      for (int x = end; x < kSide; ++x) target[x] += share * source[kSide - 1];
    }
  }
}

// A picture of fewer pixels, enlarged again.
void enlarge_few_pixels(Random& random, GrayPlane& plane) {
  const float factor = random.uniform_f(1.3, 3.0);
  const int small = std::max(32, static_cast<int>(kSide / factor));
  const float ratio = static_cast<float>(kSide) / static_cast<float>(small);
  gaussian_blur(0.4f * ratio, plane);
  const auto source = [&](int i) {
    return std::min(kSide - 1, static_cast<int>((static_cast<float>(i) + 0.5f) * ratio));
  };
  const GrayPlane sharp = plane;
  const bool is_blocky = random.chance(0.3);
  for (int y = 0; y < kSide; ++y) {
    const float sy = (static_cast<float>(y) + 0.5f) / ratio - 0.5f;
    const int y0 = std::clamp(static_cast<int>(std::floor(sy)), 0, small - 1);
    const int y1 = std::min(small - 1, y0 + 1);
    const float fy = is_blocky ? std::round(sy - static_cast<float>(y0))
                               : std::clamp(sy - static_cast<float>(y0), 0.0f, 1.0f);
    const float* top = sharp.data() + source(y0) * kSide;
    const float* bottom = sharp.data() + source(y1) * kSide;
    for (int x = 0; x < kSide; ++x) {
      const float sx = (static_cast<float>(x) + 0.5f) / ratio - 0.5f;
      const int x0 = std::clamp(static_cast<int>(std::floor(sx)), 0, small - 1);
      const int x1 = std::min(small - 1, x0 + 1);
      const float fx = is_blocky ? std::round(sx - static_cast<float>(x0))
                                 : std::clamp(sx - static_cast<float>(x0), 0.0f, 1.0f);
      const float upper = top[source(x0)] + fx * (top[source(x1)] - top[source(x0)]);
      const float lower = bottom[source(x0)] + fx * (bottom[source(x1)] - bottom[source(x0)]);
      plane[static_cast<std::size_t>(y * kSide + x)] = upper + fy * (lower - upper);
    }
  }
}

void add_noise(Random& random, GrayPlane& plane) {
  const float strength = std::exp(random.uniform_f(0.0, 2.7));
  const float of_light = random.uniform_f(0.0, 1.0);
  const auto& table = noise_table();
  const float* noise = table.data() + random.index(static_cast<int>(kNoiseCount));
  for (std::size_t i = 0; i < plane.size(); ++i) {
    const float gain = 1.0f - of_light + of_light * plane[i] * (1.0f / 160.0f);
    plane[i] += strength * gain * noise[i];
  }
}

void compress(Random& random, GrayPlane& plane) {
  struct Free {
    void operator()(void* handle) const { tjDestroy(handle); }
  };
  // Making a compressor costs more than using it.
  thread_local const std::unique_ptr<void, Free> packer(tjInitCompress());
  thread_local const std::unique_ptr<void, Free> unpacker(tjInitDecompress());
  if (!packer || !unpacker) throw std::bad_alloc();
  const int quality = 12 + random.index(60);
  std::array<unsigned char, kCanvasPixels> bytes;
  for (std::size_t i = 0; i < plane.size(); ++i) {
    bytes[i] = static_cast<unsigned char>(std::clamp(plane[i], 0.0f, 255.0f) + 0.5f);
  }
  std::vector<unsigned char> packed(tjBufSize(kSide, kSide, TJSAMP_GRAY));
  unsigned char* target = packed.data();
  unsigned long size = packed.size();
  const bool is_fine =
      tjCompress2(packer.get(),
                  bytes.data(),
                  kSide,
                  kSide,
                  kSide,
                  TJPF_GRAY,
                  &target,
                  &size,
                  TJSAMP_GRAY,
                  quality,
                  TJFLAG_NOREALLOC) == 0 &&
      tjDecompress2(
          unpacker.get(), target, size, bytes.data(), kSide, kSide, kSide, TJPF_GRAY, 0) == 0;
  if (!is_fine) return;
  std::copy(bytes.begin(), bytes.end(), plane.begin());
}

}  // namespace

void gray_at_random(const ColorCanvas& canvas, Random& random, GrayPlane& plane) {
  float weights[3] = {0.299f, 0.587f, 0.114f};
  if (random.chance(0.45)) {
    float sum = 0.0f;
    for (float& weight : weights)
      sum += weight = static_cast<float>(-std::log(1.0 - random.unit()));
    for (float& weight : weights) weight /= sum;
  }
  const std::uint8_t* source = canvas.rgb.data();
  for (float& value : plane) {
    value =
        std::min(255.0f, weights[0] * source[0] + weights[1] * source[1] + weights[2] * source[2]);
    source += 3;
  }
}

void degrade_recording(Random& random, GrayPlane& plane) {
  if (random.chance(0.125)) return;
  if (random.chance(0.25)) light_from_one_side(random, plane);
  clamp(plane);
  if (random.chance(0.7)) change_tone(random, plane);
  if (random.chance(0.08)) flicker(random, plane);
  clamp(plane);
  if (random.chance(0.25)) gaussian_blur(random.uniform_f(0.4, 1.6), plane);
  if (random.chance(0.10)) motion_blur(random, plane);
  if (random.chance(0.15)) enlarge_few_pixels(random, plane);
  if (random.chance(0.5)) add_noise(random, plane);
  clamp(plane);
  if (random.chance(0.2)) compress(random, plane);
}

void cut_out(const CanvasArea& area, Random& random, GrayPlane& plane) {
  const float gray = random.uniform_f(0.0, 255.0);
  const double kind = random.unit();
  const float noise = kind < 0.5 ? 0.0f : random.uniform_f(5.0, 60.0);
  const int torn_x = random.index(kSide), torn_y = random.index(kSide);
  const GrayPlane whole = plane;
  const float* grain = noise_table().data() + random.index(static_cast<int>(kNoiseCount));
  for (int y = std::max(0, area.top); y < std::min(kSide, area.bottom); ++y) {
    for (int x = std::max(0, area.left); x < std::min(kSide, area.right); ++x) {
      const auto place = static_cast<std::size_t>(y * kSide + x);
      const auto other =
          static_cast<std::size_t>((y + torn_y) % kSide * kSide + (x + torn_x) % kSide);
      const float value = kind > 0.75 ? whole[other] : gray + noise * grain[place];
      plane[place] = std::clamp(value, 0.0f, 255.0f);
    }
  }
}

}  // namespace eyelid::training
