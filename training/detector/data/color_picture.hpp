// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

#include "eyelid/core/image.hpp"

namespace eyelid::training {

/// A picture of red, green and blue bytes, rows dense.
struct ColorPicture {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> rgb;

  ColorPicture() = default;
  ColorPicture(int picture_width, int picture_height)
      : width(picture_width),
        height(picture_height),
        rgb(std::size_t{3} * static_cast<std::size_t>(width) * static_cast<std::size_t>(height)) {}
  const std::uint8_t* row(int y) const { return rgb.data() + std::ptrdiff_t{3} * y * width; }
  std::uint8_t* row(int y) { return rgb.data() + std::ptrdiff_t{3} * y * width; }
};

/// JPEG in its colors, every other kind as the library sees it (gray in all three channels).
/// Throws InputError: absent, damaged, no picture.
ColorPicture read_color_picture(const std::filesystem::path& path);

/// Gray in all three channels.
ColorPicture color_of(const FrameView& gray);

/// Luma as cameras make it (ITU-R BT.601).
GrayImage gray_of(const ColorPicture& picture);

/// Scaled to a smaller size by averaging the area under each pixel.
ColorPicture shrunk(const ColorPicture& picture, int width, int height);

/// A picture and its halvings, so that any smaller copy can be drawn without aliasing.
class PicturePyramid {
 public:
  PicturePyramid() = default;
  explicit PicturePyramid(ColorPicture picture);

  const ColorPicture& level(int index) const { return levels_[static_cast<std::size_t>(index)]; }
  int level_count() const { return static_cast<int>(levels_.size()); }
  int width() const { return levels_.front().width; }
  int height() const { return levels_.front().height; }

 private:
  std::vector<ColorPicture> levels_;
};

}  // namespace eyelid::training
