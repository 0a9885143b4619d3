// SPDX-License-Identifier: MIT
#include "training/detector/data/color_picture.hpp"

#include <turbojpeg.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <memory>
#include <new>
#include <span>
#include <utility>

#include "eyelid/core/error.hpp"
#include "eyelid/video/exif.hpp"
#include "eyelid/video/frame_source.hpp"

namespace eyelid::training {
namespace {

struct FreeJpeg {
  void operator()(void* handle) const { tjDestroy(handle); }
};

constexpr int kSmallestLevel_px = 12;

bool is_jpeg(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  char head[3] = {};
  stream.read(head, 3);
  return stream && head[0] == '\xff' && head[1] == '\xd8' && head[2] == '\xff';
}

// Weights of the source pixels under one target pixel, along one axis.
struct AreaTaps {
  int first = 0;
  std::vector<float> weights;
};

std::vector<AreaTaps> area_taps(int source, int target) {
  std::vector<AreaTaps> taps(static_cast<std::size_t>(target));
  const double ratio = static_cast<double>(source) / target;
  for (int i = 0; i < target; ++i) {
    const double begin = i * ratio, end = (i + 1) * ratio;
    AreaTaps& tap = taps[static_cast<std::size_t>(i)];
    tap.first = static_cast<int>(begin);
    const int last = std::min(source, static_cast<int>(std::ceil(end - 1e-9)));
    for (int p = tap.first; p < last; ++p) {
      const double cover = std::min<double>(p + 1, end) - std::max<double>(p, begin);
      tap.weights.push_back(static_cast<float>(cover / ratio));
    }
  }
  return taps;
}

}  // namespace

ColorPicture color_of(const FrameView& gray) {
  ColorPicture picture(gray.width, gray.height);
  for (int y = 0; y < gray.height; ++y) {
    for (int x = 0; x < gray.width; ++x) {
      std::fill_n(picture.row(y) + 3 * x, 3, gray.row(y)[x]);
    }
  }
  return picture;
}

GrayImage gray_of(const ColorPicture& picture) {
  GrayImage gray(picture.width, picture.height);
  for (int y = 0; y < picture.height; ++y) {
    const std::uint8_t* source = picture.row(y);
    for (int x = 0; x < picture.width; ++x, source += 3) {
      const int luma = 19595 * source[0] + 38470 * source[1] + 7471 * source[2];
      gray.row(y)[x] = static_cast<std::uint8_t>((luma + 32768) >> 16);
    }
  }
  return gray;
}

ColorPicture read_color_picture(const std::filesystem::path& path) {
  if (!is_jpeg(path)) return color_of(video::read_image(path));
  std::ifstream stream(path, std::ios::binary);
  const std::vector<char> bytes((std::istreambuf_iterator<char>(stream)), {});
  const auto* begin = reinterpret_cast<const unsigned char*>(bytes.data());
  const auto count = static_cast<unsigned long>(bytes.size());
  const std::unique_ptr<void, FreeJpeg> jpeg(tjInitDecompress());
  if (!jpeg) throw std::bad_alloc();
  int width = 0, height = 0, subsampling = 0, colors = 0;
  const int code =
      tjDecompressHeader3(jpeg.get(), begin, count, &width, &height, &subsampling, &colors);
  constexpr int kLargestSide_px = 16384;
  if (code != 0 || width < 1 || height < 1 || width > kLargestSide_px || height > kLargestSide_px) {
    throw InputError(path.string() + ": not a JPEG picture of at most 16384 pixels a side");
  }
  // CMYK and turned pictures are left to the library's own reader.
  const std::span<const std::uint8_t> file(begin, bytes.size());
  if (colors == TJCS_CMYK || colors == TJCS_YCCK || video::exif_orientation(file) > 1)
    return color_of(video::read_image(path));
  ColorPicture picture(width, height);
  if (tjDecompress2(jpeg.get(),
                    begin,
                    count,
                    picture.rgb.data(),
                    width,
                    3 * width,
                    height,
                    TJPF_RGB,
                    TJFLAG_ACCURATEDCT) != 0) {
    throw InputError(path.string() + ": a damaged JPEG picture (" + tjGetErrorStr2(jpeg.get()) +
                     "), expected a whole one");
  }
  return picture;
}

ColorPicture shrunk(const ColorPicture& picture, int width, int height) {
  EYELID_EXPECTS(width > 0 && height > 0 && width <= picture.width && height <= picture.height);
  const std::vector<AreaTaps> columns = area_taps(picture.width, width);
  const std::vector<AreaTaps> rows = area_taps(picture.height, height);
  ColorPicture result(width, height);
  std::vector<float> line(std::size_t{3} * static_cast<std::size_t>(picture.width));
  for (int y = 0; y < height; ++y) {
    const AreaTaps& tap = rows[static_cast<std::size_t>(y)];
    std::fill(line.begin(), line.end(), 0.0f);
    for (std::size_t k = 0; k < tap.weights.size(); ++k) {
      const std::uint8_t* source = picture.row(tap.first + static_cast<int>(k));
      const float weight = tap.weights[k];
      for (std::size_t i = 0; i < line.size(); ++i) line[i] += weight * source[i];
    }
    std::uint8_t* target = result.row(y);
    for (int x = 0; x < width; ++x) {
      const AreaTaps& across = columns[static_cast<std::size_t>(x)];
      float sums[3] = {0.5f, 0.5f, 0.5f};
      const float* source = line.data() + std::ptrdiff_t{3} * across.first;
      for (const float weight : across.weights) {
        for (int c = 0; c < 3; ++c) sums[c] += weight * source[c];
        source += 3;
      }
      for (int c = 0; c < 3; ++c) {
        *target++ = static_cast<std::uint8_t>(std::min(255.0f, sums[c]));
      }
    }
  }
  return result;
}

PicturePyramid::PicturePyramid(ColorPicture picture) {
  levels_.push_back(std::move(picture));
  for (;;) {
    const ColorPicture& last = levels_.back();
    if (std::min(last.width, last.height) < 2 * kSmallestLevel_px) break;
    levels_.push_back(shrunk(last, last.width / 2, last.height / 2));
  }
}

}  // namespace eyelid::training
