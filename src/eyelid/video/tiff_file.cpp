// SPDX-License-Identifier: MIT
#include "eyelid/video/tiff_file.hpp"

#include <fmt/format.h>
#include <tiffio.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <string_view>

#include "eyelid/core/error.hpp"
#include "eyelid/video/frame_decoder.hpp"

namespace eyelid::video {
namespace {

constexpr tmsize_t kMaxAllocation_bytes = tmsize_t{1} << 30;

/// A TIFF file that libtiff reads through a ByteStream.
class Tiff {
 public:
  Tiff(ByteStream& file, const std::string& name) : file_(file), name_(name) {
    TIFFOpenOptions* options = TIFFOpenOptionsAlloc();
    if (options == nullptr) throw std::bad_alloc();
    TIFFOpenOptionsSetMaxSingleMemAlloc(options, kMaxAllocation_bytes);
    TIFFOpenOptionsSetErrorHandlerExtR(options, note_error, this);
    // Unknown tags are ordinary.
    TIFFOpenOptionsSetWarningHandlerExtR(
        options, [](TIFF*, void*, const char*, const char*, va_list) { return 1; }, nullptr);
    tiff_.reset(TIFFClientOpenExt(name.c_str(),
                                  "rm",  // without memory maps
                                  this,
                                  read,
                                  write,
                                  seek,
                                  close,
                                  size,
                                  nullptr,
                                  nullptr,
                                  options));
    TIFFOpenOptionsFree(options);
    if (!tiff_) fail();
  }

  TIFF* get() const { return tiff_.get(); }
  const std::string& problem() const { return problem_; }

  [[noreturn]] void fail() const {
    file_.check_reads(name_);
    throw InputError(name_ + ": not a complete tiff picture (" +
                     (problem_.empty() ? "damaged" : problem_) + "), expected one");
  }
  [[noreturn]] void refuse(const std::string& found) const {
    throw InputError(name_ + ": " + found + ", expected gray, palette or color of 8 to 16 bits");
  }

  template <class T>
  T tag(std::uint32_t number, T fallback) const {
    T value = fallback;
    return TIFFGetFieldDefaulted(tiff_.get(), number, &value) == 1 ? value : fallback;
  }

 private:
  struct Close {
    void operator()(TIFF* tiff) const { TIFFClose(tiff); }
  };

  static Tiff& self(thandle_t handle) { return *static_cast<Tiff*>(handle); }
  static tmsize_t read(thandle_t handle, void* target, tmsize_t count) {
    Tiff& tiff = self(handle);
    const std::size_t got = tiff.file_.read_at(
        tiff.position_, {static_cast<std::uint8_t*>(target), static_cast<std::size_t>(count)});
    tiff.position_ += static_cast<std::int64_t>(got);
    return static_cast<tmsize_t>(got);
  }
  static tmsize_t write(thandle_t, void*, tmsize_t) { return 0; }
  static toff_t seek(thandle_t handle, toff_t offset, int whence) {
    Tiff& tiff = self(handle);
    const auto step = static_cast<std::int64_t>(offset);
    if (whence == SEEK_SET) tiff.position_ = std::max<std::int64_t>(step, 0);
    if (whence == SEEK_CUR) tiff.position_ += step;
    if (whence == SEEK_END) tiff.position_ = tiff.file_.size() + step;
    return static_cast<toff_t>(tiff.position_);
  }
  static int close(thandle_t) { return 0; }
  static toff_t size(thandle_t handle) { return static_cast<toff_t>(self(handle).file_.size()); }

  static int note_error(TIFF*, void* owner, const char*, const char* format, va_list values) {
    std::string& problem = static_cast<Tiff*>(owner)->problem_;
    char text[200];
    if (problem.empty() && std::vsnprintf(text, sizeof text, format, values) > 0) problem = text;
    return 1;  // handled: nothing is printed
  }

  ByteStream& file_;
  std::string name_;
  std::int64_t position_ = 0;
  std::string problem_;  // the first
  std::unique_ptr<TIFF, Close> tiff_;
};

/// The tags that say how pixels are stored.
struct Layout {
  int width = 0;
  int height = 0;
  int bits = 0;
  int samples = 0;
  int kind = 0;  // PHOTOMETRIC_...
  bool is_separate = false;
  bool is_unsigned = false;

  explicit Layout(const Tiff& tiff)
      : width(static_cast<int>(std::min(tiff.tag<std::uint32_t>(TIFFTAG_IMAGEWIDTH, 0), 1u << 30))),
        height(
            static_cast<int>(std::min(tiff.tag<std::uint32_t>(TIFFTAG_IMAGELENGTH, 0), 1u << 30))),
        bits(tiff.tag<std::uint16_t>(TIFFTAG_BITSPERSAMPLE, 1)),
        samples(tiff.tag<std::uint16_t>(TIFFTAG_SAMPLESPERPIXEL, 1)),
        kind(tiff.tag<std::uint16_t>(TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK)),
        is_separate(tiff.tag<std::uint16_t>(TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG) ==
                    PLANARCONFIG_SEPARATE) {
    const auto format = tiff.tag<std::uint16_t>(TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_UINT);
    is_unsigned = format == SAMPLEFORMAT_UINT || format == SAMPLEFORMAT_VOID;
  }

  bool is_gray() const { return kind == PHOTOMETRIC_MINISBLACK || kind == PHOTOMETRIC_MINISWHITE; }
  bool is_rgb() const { return kind == PHOTOMETRIC_RGB && samples >= 3; }
  /// Sample by sample, without libtiff's conversion to 8 bits.
  bool is_plain() const {
    return is_unsigned && bits >= 8 && bits <= 16 && (is_gray() || (is_rgb() && bits % 8 == 0));
  }
};

AvFramePtr new_frame(AVPixelFormat format, int width, int height) {
  AvFramePtr frame(av_frame_alloc());
  if (!frame) throw std::bad_alloc();
  frame->format = format;
  frame->width = width;
  frame->height = height;
  if (av_frame_get_buffer(frame.get(), 0) < 0) throw std::bad_alloc();
  return frame;
}

/// Value x of a row: whole bytes in the order of the machine, or `bits` packed from the highest.
unsigned sample_at(const std::uint8_t* row, std::size_t x, int bits) {
  if (bits == 8) return row[x];
  if (bits == 16) {
    std::uint16_t value = 0;
    std::memcpy(&value, row + 2 * x, 2);
    return value;
  }
  const std::size_t first = x * static_cast<std::size_t>(bits);
  unsigned value = 0;
  for (std::size_t bit = first; bit < first + static_cast<std::size_t>(bits); ++bit) {
    value = value << 1 | (row[bit / 8] >> (7 - bit % 8) & 1u);
  }
  return value;
}

/// Copies pixels of one decoded row or tile row: `count` pixels to column `x` of `row`.
class PixelCopier {
 public:
  PixelCopier(const Layout& layout, AVFrame& frame)
      : layout_(layout), frame_(frame), channels_(layout.is_gray() ? 1 : 3) {}

  int channels() const { return channels_; }

  /// `channel` of separate planes; 0 where they are interleaved.
  void copy(const std::uint8_t* source, int count, int x, int y, int channel) {
    const int stored = layout_.is_separate ? 1 : layout_.samples;
    const int wanted = layout_.is_separate ? 1 : channels_;
    std::uint8_t* row = frame_.data[0] + static_cast<std::ptrdiff_t>(y) * frame_.linesize[0];
    for (int i = 0; i < count; ++i) {
      for (int c = 0; c < wanted; ++c) {
        const auto at = static_cast<std::size_t>(i) * static_cast<std::size_t>(stored) +
                        static_cast<std::size_t>(c);
        put(row, (x + i) * channels_ + channel + c, sample_at(source, at, layout_.bits));
      }
    }
  }

 private:
  void put(std::uint8_t* row, int at, unsigned value) const {
    if (layout_.bits == 8) {
      row[at] = static_cast<std::uint8_t>(value);
    } else {
      const auto wide = static_cast<std::uint16_t>(value);
      std::memcpy(row + 2 * static_cast<std::ptrdiff_t>(at), &wide, 2);
    }
  }

  const Layout& layout_;
  AVFrame& frame_;
  int channels_;
};

void read_rows(const Tiff& tiff, const Layout& layout, PixelCopier& pixels) {
  std::vector<std::uint8_t> row(static_cast<std::size_t>(TIFFScanlineSize(tiff.get())) + 8);
  const int planes = layout.is_separate ? pixels.channels() : 1;
  for (int plane = 0; plane < planes; ++plane) {
    for (int y = 0; y < layout.height; ++y) {
      if (TIFFReadScanline(tiff.get(),
                           row.data(),
                           static_cast<std::uint32_t>(y),
                           static_cast<std::uint16_t>(plane)) != 1) {
        tiff.fail();
      }
      pixels.copy(row.data(), layout.width, 0, y, plane);
    }
  }
}

void read_tiles(const Tiff& tiff, const Layout& layout, PixelCopier& pixels) {
  const auto width = static_cast<int>(tiff.tag<std::uint32_t>(TIFFTAG_TILEWIDTH, 0));
  const auto height = static_cast<int>(tiff.tag<std::uint32_t>(TIFFTAG_TILELENGTH, 0));
  const tmsize_t row_bytes = TIFFTileRowSize(tiff.get());
  const tmsize_t tile_bytes = TIFFTileSize(tiff.get());
  if (width <= 0 || height <= 0 || tile_bytes <= 0 || tile_bytes > kMaxAllocation_bytes) {
    tiff.fail();
  }
  std::vector<std::uint8_t> tile(static_cast<std::size_t>(tile_bytes) + 8);
  const int planes = layout.is_separate ? pixels.channels() : 1;
  for (int plane = 0; plane < planes; ++plane) {
    for (int top = 0; top < layout.height; top += height) {
      for (int left = 0; left < layout.width; left += width) {
        if (TIFFReadTile(tiff.get(),
                         tile.data(),
                         static_cast<std::uint32_t>(left),
                         static_cast<std::uint32_t>(top),
                         0,
                         static_cast<std::uint16_t>(plane)) < 0) {
          tiff.fail();
        }
        for (int y = top; y < std::min(top + height, layout.height); ++y) {
          pixels.copy(tile.data() + static_cast<std::ptrdiff_t>(y - top) * row_bytes,
                      std::min(width, layout.width - left),
                      left,
                      y,
                      plane);
        }
      }
    }
  }
}

AvFramePtr read_plain(const Tiff& tiff, const Layout& layout) {
  const AVPixelFormat format = layout.is_gray()
                                   ? (layout.bits == 8 ? AV_PIX_FMT_GRAY8 : AV_PIX_FMT_GRAY16)
                                   : (layout.bits == 8 ? AV_PIX_FMT_RGB24 : AV_PIX_FMT_RGB48);
  AvFramePtr frame = new_frame(format, layout.width, layout.height);
  PixelCopier pixels(layout, *frame);
  if (TIFFIsTiled(tiff.get()) != 0) {
    read_tiles(tiff, layout, pixels);
  } else {
    read_rows(tiff, layout, pixels);
  }
  return frame;
}

/// Palettes, 1 to 4 bits, YCbCr, CMYK: through libtiff's conversion to 8 bits.
AvFramePtr read_converted(const Tiff& tiff, const Layout& layout) {
  char reason[1024] = "";
  if (TIFFRGBAImageOK(tiff.get(), reason) == 0) {
    tiff.refuse(fmt::format("a TIFF picture of {} {} of {} bits",
                            layout.samples,
                            layout.is_unsigned ? "samples" : "signed or float samples",
                            layout.bits));
  }
  const auto pixels =
      static_cast<std::size_t>(layout.width) * static_cast<std::size_t>(layout.height);
  std::vector<std::uint32_t> raster(pixels);
  // Asking for the orientation it has: rows as stored.
  if (TIFFReadRGBAImageOriented(tiff.get(),
                                static_cast<std::uint32_t>(layout.width),
                                static_cast<std::uint32_t>(layout.height),
                                raster.data(),
                                tiff.tag<std::uint16_t>(TIFFTAG_ORIENTATION, 1),
                                1) != 1) {
    tiff.fail();
  }
  AvFramePtr frame = new_frame(AV_PIX_FMT_RGB24, layout.width, layout.height);
  for (int y = 0; y < layout.height; ++y) {
    std::uint8_t* row = frame->data[0] + static_cast<std::ptrdiff_t>(y) * frame->linesize[0];
    for (int x = 0; x < layout.width; ++x) {
      const std::uint32_t color =
          raster[static_cast<std::size_t>(y) * static_cast<std::size_t>(layout.width) +
                 static_cast<std::size_t>(x)];
      row[3 * x] = static_cast<std::uint8_t>(TIFFGetR(color));
      row[3 * x + 1] = static_cast<std::uint8_t>(TIFFGetG(color));
      row[3 * x + 2] = static_cast<std::uint8_t>(TIFFGetB(color));
    }
  }
  return frame;
}

bool is_picture_of_its_own(const Tiff& tiff) {
  constexpr std::uint32_t kNotOwn = FILETYPE_REDUCEDIMAGE | FILETYPE_MASK;
  return (tiff.tag<std::uint32_t>(TIFFTAG_SUBFILETYPE, 0) & kNotOwn) == 0;
}

/// ImageJ writes stacks over 4 GB with one directory; the others are only numbers in its text.
long pictures_stated_by_imagej(const Tiff& tiff) {
  const char* text = nullptr;
  if (TIFFGetField(tiff.get(), TIFFTAG_IMAGEDESCRIPTION, &text) != 1 || text == nullptr) return 1;
  const std::string_view description(text);
  const std::size_t at = description.find("images=");
  if (!description.starts_with("ImageJ=") || at == std::string_view::npos) return 1;
  return std::strtol(text + at + 7, nullptr, 10);
}

}  // namespace

TiffPictures list_tiff(ByteStream& file, const std::string& name) {
  const Tiff tiff(file, name);
  const long stated = pictures_stated_by_imagej(tiff);
  TiffPictures found;
  while (true) {
    if (is_picture_of_its_own(tiff)) {
      found.directories.push_back(TIFFCurrentDirOffset(tiff.get()));
    }
    if (TIFFLastDirectory(tiff.get()) != 0) break;
    if (TIFFReadDirectory(tiff.get()) != 1) {
      file.check_reads(name);
      found.problem = tiff.problem().empty() ? "damaged" : tiff.problem();
      break;
    }
  }
  if (found.directories.empty()) {
    throw InputError(name + ": only thumbnails or masks in this TIFF file, expected a picture");
  }
  if (found.directories.size() == 1 && stated > 1) {
    throw InputError(
        fmt::format("{}: an ImageJ stack of {} pictures that lists only the first, "
                    "expected a TIFF or BigTIFF file that lists all",
                    name,
                    stated));
  }
  return found;
}

TiffPicture read_tiff(ByteStream& file, std::uint64_t directory, const std::string& name) {
  const Tiff tiff(file, name);
  if (TIFFSetSubDirectory(tiff.get(), directory) != 1) tiff.fail();
  const Layout layout(tiff);
  if (layout.width <= 0 || layout.height <= 0 || layout.width > kMaxSide_px ||
      layout.height > kMaxSide_px ||
      static_cast<std::int64_t>(layout.width) * layout.height > kMaxArea_px) {
    throw InputError(
        fmt::format("{}: a picture of {} x {} pixels, expected 1 to {} per side and {} "
                    "in total",
                    name,
                    layout.width,
                    layout.height,
                    kMaxSide_px,
                    kMaxArea_px));
  }
  TiffPicture picture;
  picture.orientation =
      orientation_from_exif(tiff.tag<std::uint16_t>(TIFFTAG_ORIENTATION, ORIENTATION_TOPLEFT));
  if (layout.is_plain()) {
    picture.frame = read_plain(tiff, layout);
    picture.is_white_zero = layout.kind == PHOTOMETRIC_MINISWHITE;
    if (layout.bits > 8 && layout.bits < 16) picture.stated_bits = layout.bits;
  } else {
    picture.frame = read_converted(tiff, layout);
  }
  file.check_reads(name);
  return picture;
}

}  // namespace eyelid::video
