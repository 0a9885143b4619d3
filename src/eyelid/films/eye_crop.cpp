// SPDX-License-Identifier: MIT
#include "eyelid/films/eye_crop.hpp"

#include <algorithm>
#include <cmath>

#include "eyelid/core/error.hpp"
#include "eyelid/core/geometry.hpp"

namespace eyelid::films {
namespace {

constexpr float kWidthInEyes = 2.4f;
constexpr float kWidthInEyeDistances = 2.0f;

float pixel_at(const FrameView& frame, float x, float y) {
  const float clamped_x = std::clamp(x, 0.0f, static_cast<float>(frame.width - 1));
  const float clamped_y = std::clamp(y, 0.0f, static_cast<float>(frame.height - 1));
  const int left = std::min(static_cast<int>(clamped_x), std::max(0, frame.width - 2));
  const int top = std::min(static_cast<int>(clamped_y), std::max(0, frame.height - 2));
  const int right = std::min(left + 1, frame.width - 1);
  const int bottom = std::min(top + 1, frame.height - 1);
  const float fx = clamped_x - static_cast<float>(left);
  const float fy = clamped_y - static_cast<float>(top);
  const auto value = [&frame](int column, int row) {
    return static_cast<float>(frame.row(row)[column]);
  };
  const float upper = value(left, top) + fx * (value(right, top) - value(left, top));
  const float lower = value(left, bottom) + fx * (value(right, bottom) - value(left, bottom));
  return upper + fy * (lower - upper);
}

// Averages up to 4 x 4 samples per pixel, so that a large face does not alias.
void resample(const FrameView& frame, Point corner, float frame_px_per_px, GrayImage& image) {
  const int taps = std::clamp(static_cast<int>(std::ceil(frame_px_per_px)), 1, 4);
  for (int y = 0; y < image.height(); ++y) {
    for (int x = 0; x < image.width(); ++x) {
      float sum = 0.0f;
      for (int tap = 0; tap < taps * taps; ++tap) {
        const int column = tap % taps, row = tap / taps;
        const float dx = (static_cast<float>(column) + 0.5f) / static_cast<float>(taps) - 0.5f;
        const float dy = (static_cast<float>(row) + 0.5f) / static_cast<float>(taps) - 0.5f;
        sum += pixel_at(frame,
                        corner.x + (static_cast<float>(x) + dx) * frame_px_per_px,
                        corner.y + (static_cast<float>(y) + dy) * frame_px_per_px);
      }
      image.row(y)[x] = static_cast<std::uint8_t>(sum / static_cast<float>(taps * taps) + 0.5f);
    }
  }
}

EyeCrop cut(const FrameView& frame, Point center, float width_in_frame_px, int width, int height) {
  EYELID_EXPECTS(!frame.is_empty() && width > 1 && height > 1);
  EyeCrop crop;
  crop.image.resize(width, height);
  const bool is_usable = std::isfinite(center.x) && std::isfinite(center.y) &&
                         std::isfinite(width_in_frame_px) && width_in_frame_px > 0.0f;
  if (!is_usable) {
    center = {0.5f * static_cast<float>(frame.width), 0.5f * static_cast<float>(frame.height)};
    width_in_frame_px = static_cast<float>(frame.width);
  }
  const float scale = width_in_frame_px / static_cast<float>(width);
  const Point corner{center.x - 0.5f * scale * static_cast<float>(width - 1),
                     center.y - 0.5f * scale * static_cast<float>(height - 1)};
  resample(frame, corner, scale, crop.image);
  return crop;
}

// `crop` was cut with cut(frame, center, width_in_frame_px, ...).
void add_lid(EyeCrop& crop, const EyePoints& lid_in_frame, Point center, float width_in_frame_px) {
  const float scale = width_in_frame_px / static_cast<float>(crop.image.width());
  const Point middle{0.5f * static_cast<float>(crop.image.width() - 1),
                     0.5f * static_cast<float>(crop.image.height() - 1)};
  EyePoints lid_in_crop;
  for (std::size_t i = 0; i < lid_in_crop.size(); ++i) {
    lid_in_crop[i] = (lid_in_frame[i] - center) * (1.0f / scale) + middle;
    if (!std::isfinite(lid_in_crop[i].x) || !std::isfinite(lid_in_crop[i].y)) return;
  }
  crop.lids.push_back(lid_in_crop);
}

Point middle_of(const EyePoints& lid) { return (lid[0] + lid[3]) * 0.5f; }

}  // namespace

EyeCrop cut_eye(const FrameView& frame,
                const EyePoints& lid_in_frame,
                Point center,
                float eye_width_px,
                int width,
                int height) {
  EyeCrop crop = cut(frame, center, kWidthInEyes * eye_width_px, width, height);
  add_lid(crop, lid_in_frame, center, kWidthInEyes * eye_width_px);
  return crop;
}

EyeCrop cut_eye(const FrameView& frame, const EyePoints& lid_in_frame) {
  return cut_eye(
      frame, lid_in_frame, middle_of(lid_in_frame), distance(lid_in_frame[0], lid_in_frame[3]));
}

EyeCrop cut_both_eyes(const FrameView& frame,
                      const EyeLandmarks& eyes_in_frame,
                      int width,
                      int height) {
  const Point right = middle_of(eyes_in_frame.right);
  const Point left = middle_of(eyes_in_frame.left);
  for (const Eye eye : kEyes) {
    if (std::isfinite(middle_of(eyes_in_frame[other(eye)]).x)) continue;
    const EyePoints& lid = eyes_in_frame[eye];
    return cut_eye(frame, lid, middle_of(lid), distance(lid[0], lid[3]), width, height);
  }
  const Point center = (right + left) * 0.5f;
  const float width_in_frame_px = kWidthInEyeDistances * distance(right, left);
  EyeCrop crop = cut(frame, center, width_in_frame_px, width, height);
  add_lid(crop, eyes_in_frame.right, center, width_in_frame_px);
  add_lid(crop, eyes_in_frame.left, center, width_in_frame_px);
  return crop;
}

EyeCrop cut_eyes_of_face(const FrameView& frame, const Rect& face_box, int width, int height) {
  const Point center{face_box.x + 0.5f * face_box.width, face_box.y + 0.3f * face_box.height};
  return cut(frame, center, face_box.width, width, height);
}

}  // namespace eyelid::films
