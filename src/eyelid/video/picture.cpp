// SPDX-License-Identifier: MIT
#include "eyelid/video/picture.hpp"

#include <turbojpeg.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>
#include <string_view>
#include <utility>
#include <vector>

#include "eyelid/core/error.hpp"
#include "eyelid/video/byte_stream.hpp"
#include "eyelid/video/exif.hpp"
#include "eyelid/video/frame_source.hpp"
#include "eyelid/video/gray_png.hpp"
#include "eyelid/video/picture_chunks.hpp"
#include "eyelid/video/tiff_file.hpp"

namespace eyelid::video {
namespace {

struct FreeJpeg {
  void operator()(void* handle) const { tjDestroy(handle); }
};
using JpegPtr = std::unique_ptr<void, FreeJpeg>;

/// Warnings of libjpeg that leave every pixel intact; all others mean lost pixels.
bool is_harmless_remark(std::string_view remark) {
  return remark.find("extraneous bytes before marker") != std::string_view::npos ||
         remark.find("Invalid SOS parameters") != std::string_view::npos;
}

void check_size(int width, int height, const std::string& name) {
  if (width > 0 && height > 0 && width <= kMaxSide_px && height <= kMaxSide_px &&
      static_cast<std::int64_t>(width) * height <= kMaxArea_px) {
    return;
  }
  throw InputError(name + ": a picture of " + std::to_string(width) + " x " +
                   std::to_string(height) + " pixels, expected at most " +
                   std::to_string(kMaxSide_px) + " per side and " + std::to_string(kMaxArea_px) +
                   " in total");
}

AVCodecID codec_of(PictureKind kind) {
  switch (kind) {
    case PictureKind::kJpeg:
      return AV_CODEC_ID_MJPEG;
    case PictureKind::kPng:
      return AV_CODEC_ID_PNG;
    case PictureKind::kPortableMap:
      return AV_CODEC_ID_PPM;
    case PictureKind::kTiff:
      return AV_CODEC_ID_TIFF;
    case PictureKind::kBmp:
      return AV_CODEC_ID_BMP;
    case PictureKind::kWebp:
      return AV_CODEC_ID_WEBP;
    case PictureKind::kNone:
      break;
  }
  return AV_CODEC_ID_NONE;
}

/// Each variant of portable map has its own decoder.
AVCodecID codec_of_portable_map(std::span<const std::uint8_t> bytes) {
  switch (bytes[1]) {
    case '1':
    case '4':
      return AV_CODEC_ID_PBM;
    case '2':
    case '5':
      return AV_CODEC_ID_PGM;
    case '7':
      return AV_CODEC_ID_PAM;
    default:
      return AV_CODEC_ID_PPM;
  }
}

AvFramePtr decode_with_ffmpeg(std::span<const std::uint8_t> bytes,
                              AVCodecID codec_id,
                              const std::string& name) {
  const AVCodec* codec = avcodec_find_decoder(codec_id);
  if (codec == nullptr) {
    throw InputError(name + ": this FFmpeg has no decoder for " + avcodec_get_name(codec_id));
  }
  CodecPtr context(avcodec_alloc_context3(codec));
  PacketPtr packet(av_packet_alloc());
  AvFramePtr frame(av_frame_alloc());
  if (!context || !packet || !frame) throw std::bad_alloc();
  context->thread_count = 1;
  context->max_pixels = kMaxArea_px;
  context->flags |= AV_CODEC_FLAG_BITEXACT;  // as in video_decoder_open.cpp
  context->err_recognition = AV_EF_CRCCHECK | AV_EF_BITSTREAM | AV_EF_BUFFER | AV_EF_EXPLODE;
  int code = av_new_packet(packet.get(), static_cast<int>(bytes.size()));
  if (code < 0) throw std::bad_alloc();
  std::memcpy(packet->data, bytes.data(), bytes.size());
  code = avcodec_open2(context.get(), codec, nullptr);
  if (code >= 0) code = avcodec_send_packet(context.get(), packet.get());
  if (code >= 0) code = avcodec_send_packet(context.get(), nullptr);
  if (code >= 0) code = avcodec_receive_frame(context.get(), frame.get());
  if (code < 0 || (frame->flags & AV_FRAME_FLAG_CORRUPT) != 0 || frame->decode_error_flags != 0) {
    throw InputError(name + ": not a complete " + avcodec_get_name(codec_id) + " picture (" +
                     (code < 0 ? error_text(code) : "damaged") + "), expected one");
  }
  return frame;
}

/// Luma straight from the file: for the usual YCbCr picture no color is ever computed.
/// False if libjpeg cannot convert it to gray (CMYK).
bool decode_jpeg(std::span<const std::uint8_t> bytes, const std::string& name, GrayImage& image) {
  const JpegPtr jpeg(tjInitDecompress());
  if (!jpeg) throw std::bad_alloc();
  int width = 0, height = 0, subsampling = 0, colors = 0;
  const auto count = static_cast<unsigned long>(bytes.size());
  if (tjDecompressHeader3(
          jpeg.get(), bytes.data(), count, &width, &height, &subsampling, &colors) != 0) {
    throw InputError(name + ": not a JPEG picture (" + tjGetErrorStr2(jpeg.get()) +
                     "), expected one");
  }
  check_size(width, height, name);
  if (colors == TJCS_CMYK || colors == TJCS_YCCK) return false;
  image.resize(width, height);
  const int code = tjDecompress2(jpeg.get(),
                                 bytes.data(),
                                 count,
                                 image.row(0),
                                 width,
                                 static_cast<int>(image.stride()),
                                 height,
                                 TJPF_GRAY,
                                 TJFLAG_ACCURATEDCT);
  if (code != 0 && !(tjGetErrorCode(jpeg.get()) == TJERR_WARNING &&
                     is_harmless_remark(tjGetErrorStr2(jpeg.get())))) {
    throw InputError(name + ": a damaged JPEG picture (" + tjGetErrorStr2(jpeg.get()) +
                     "), expected an intact one");
  }
  return true;
}

std::vector<std::uint8_t> read_bytes(const std::filesystem::path& path, std::size_t limit) {
  const ByteStream file(path);
  std::vector<std::uint8_t> bytes(std::min(static_cast<std::size_t>(file.size()), limit));
  bytes.resize(file.read_at(0, bytes));
  file.check_reads(path.string());
  return bytes;
}

constexpr std::size_t kMaxFile_bytes = std::size_t{1} << 30;

void refuse_several(std::size_t pictures, const std::string& name) {
  if (pictures <= 1) return;
  throw InputError(name + ": " + std::to_string(pictures) +
                   " pictures in this file, expected a single one; track reads those of TIFF, "
                   "APNG, and GIF files that are given alone");
}

StoredPicture stored_tiff(TiffPicture tiff) {
  StoredPicture picture;
  picture.frame = std::move(tiff.frame);
  picture.orientation = tiff.orientation;
  picture.stated_bits = tiff.stated_bits;
  picture.is_white_zero = tiff.is_white_zero;
  return picture;
}

StoredPicture decode_only_tiff(ByteStream& file, const std::string& name) {
  const TiffPictures pictures = list_tiff(file, name);
  refuse_several(pictures.directories.size(), name);
  return stored_tiff(read_tiff(file, pictures.directories.front(), name));
}

void invert(GrayImage& image) {
  for (int y = 0; y < image.height(); ++y) {
    std::uint8_t* row = image.row(y);
    for (int x = 0; x < image.width(); ++x) row[x] = static_cast<std::uint8_t>(255 - row[x]);
  }
}

}  // namespace

PictureKind picture_kind(std::span<const std::uint8_t> head) {
  const std::string_view text(reinterpret_cast<const char*>(head.data()), head.size());
  if (text.starts_with("\xff\xd8\xff")) return PictureKind::kJpeg;
  if (text.starts_with("\x89PNG\r\n\x1a\n")) return PictureKind::kPng;
  if (text.starts_with("BM")) return PictureKind::kBmp;
  if (text.starts_with(std::string_view("II*\0", 4)) ||
      text.starts_with(std::string_view("MM\0*", 4)) ||
      text.starts_with(std::string_view("II+\0", 4)) ||
      text.starts_with(std::string_view("MM\0+", 4))) {
    return PictureKind::kTiff;
  }
  if (text.starts_with("RIFF") && text.substr(0, 12).ends_with("WEBP")) return PictureKind::kWebp;
  const bool has_digit = text.size() > 2 && text[0] == 'P' && text[1] >= '1' && text[1] <= '7';
  const std::string_view blank(" \t\r\n#");
  if (has_digit && blank.find(text[2]) != std::string_view::npos) return PictureKind::kPortableMap;
  return PictureKind::kNone;
}

PictureKind picture_kind(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return PictureKind::kNone;
  if (std::filesystem::file_size(path, error) == 0) return PictureKind::kNone;
  return picture_kind(read_bytes(path, 16));
}

bool is_animation(const std::filesystem::path& path) {
  return frames_of_animation(read_bytes(path, kMaxFile_bytes)) > 1;
}

const char* picture_codec_name(PictureKind kind) {
  if (kind == PictureKind::kJpeg) return "jpeg";
  if (kind == PictureKind::kPortableMap) return "pnm";
  return avcodec_get_name(codec_of(kind));
}

std::optional<int> StoredPicture::largest_of_16_bits() const {
  if (stated_bits || !frame) return std::nullopt;
  return video::largest_of_16_bits(*frame);
}

StoredPicture decode_stored(std::span<const std::uint8_t> bytes, const std::string& name) {
  silence_ffmpeg();
  if (bytes.empty()) throw InputError(name + ": the file is empty (0 bytes), expected a picture");
  const PictureKind kind = picture_kind(bytes);
  if (kind == PictureKind::kNone) {
    throw InputError(name + ": not a picture, expected JPEG, PNG, PGM, TIFF, BMP or WebP");
  }
  if (kind == PictureKind::kTiff) {
    ByteStream file(bytes);
    return decode_only_tiff(file, name);
  }
  refuse_several(static_cast<std::size_t>(pictures_in(bytes)), name);
  StoredPicture picture;
  picture.orientation = orientation_from_exif(exif_orientation(bytes));
  const bool is_gray = kind == PictureKind::kJpeg
                           ? decode_jpeg(bytes, name, picture.gray)
                           : kind == PictureKind::kPng && decode_gray_png(bytes, picture.gray);
  if (!is_gray) {
    const AVCodecID codec =
        kind == PictureKind::kPortableMap ? codec_of_portable_map(bytes) : codec_of(kind);
    picture.frame = decode_with_ffmpeg(bytes, codec, name);
    check_size(picture.frame->width, picture.frame->height, name);
  }
  return picture;
}

StoredPicture read_stored(const std::filesystem::path& path,
                          std::optional<std::uint64_t> tiff_directory) {
  const std::string name = path.string();
  if (tiff_directory) {
    ByteStream file(path);
    return stored_tiff(read_tiff(file, *tiff_directory, name));
  }
  return decode_stored(read_bytes(path, kMaxFile_bytes), name);
}

GrayImage gray_of(StoredPicture picture, std::optional<int> used_bits, const std::string& name) {
  if (picture.frame) {
    if (picture.stated_bits) used_bits = picture.stated_bits;
    if (!used_bits) used_bits = used_bits_for(picture.largest_of_16_bits().value_or(65535));
    LumaReader(*used_bits).read(*picture.frame, name, picture.gray);
  }
  if (picture.is_white_zero) invert(picture.gray);
  if (picture.orientation.is_upright()) return std::move(picture.gray);
  GrayImage upright;
  turn_upright(picture.gray, picture.orientation, upright);
  return upright;
}

GrayImage decode_picture(std::span<const std::uint8_t> bytes, const std::string& name) {
  return gray_of(decode_stored(bytes, name), std::nullopt, name);
}

GrayImage read_image(const std::filesystem::path& path) {
  return gray_of(read_stored(path, std::nullopt), std::nullopt, path.string());
}

}  // namespace eyelid::video
