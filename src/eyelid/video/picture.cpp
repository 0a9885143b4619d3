// SPDX-License-Identifier: MIT
#include "eyelid/video/picture.hpp"

#include <turbojpeg.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <new>
#include <string_view>
#include <vector>

#include "eyelid/core/error.hpp"
#include "eyelid/video/exif.hpp"
#include "eyelid/video/frame_source.hpp"
#include "eyelid/video/luma.hpp"

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
  const std::string name = path.string();
  std::error_code status_error;
  const auto status = std::filesystem::status(path, status_error);
  if (std::filesystem::is_directory(status)) {
    throw InputError(name + ": a folder, expected a picture file");
  }
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
    throw InputError(name + ": not a regular file, expected a picture file");
  }
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  const std::unique_ptr<std::FILE, Close> file(std::fopen(path.c_str(), "rb"));
  if (!file) {
    throw InputError(name + ": cannot be opened (" + std::strerror(errno) +
                     "), expected a readable picture file");
  }
  std::error_code size_error;
  const std::uintmax_t size = std::filesystem::file_size(path, size_error);
  std::vector<std::uint8_t> bytes(size_error ? 0 : std::min<std::uintmax_t>(size, limit));
  bytes.resize(std::fread(bytes.data(), 1, bytes.size(), file.get()));
  return bytes;
}

constexpr std::size_t kMaxFile_bytes = std::size_t{1} << 30;

}  // namespace

PictureKind picture_kind(std::span<const std::uint8_t> head) {
  const std::string_view text(reinterpret_cast<const char*>(head.data()), head.size());
  if (text.starts_with("\xff\xd8\xff")) return PictureKind::kJpeg;
  if (text.starts_with("\x89PNG\r\n\x1a\n")) return PictureKind::kPng;
  if (text.starts_with("BM")) return PictureKind::kBmp;
  if (text.starts_with(std::string_view("II*\0", 4)) ||
      text.starts_with(std::string_view("MM\0*", 4))) {
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
  try {
    return picture_kind(read_bytes(path, 16));
  } catch (const InputError&) {
    return PictureKind::kNone;
  }
}

const char* picture_codec_name(PictureKind kind) {
  if (kind == PictureKind::kJpeg) return "jpeg";
  if (kind == PictureKind::kPortableMap) return "pnm";
  return avcodec_get_name(codec_of(kind));
}

GrayImage decode_picture(std::span<const std::uint8_t> bytes, const std::string& name) {
  silence_ffmpeg();
  if (bytes.empty()) throw InputError(name + ": the file is empty (0 bytes), expected a picture");
  const PictureKind kind = picture_kind(bytes);
  if (kind == PictureKind::kNone) {
    throw InputError(name + ": not a picture, expected JPEG, PNG, PGM, TIFF, BMP or WebP");
  }
  GrayImage stored;
  if (kind != PictureKind::kJpeg || !decode_jpeg(bytes, name, stored)) {
    const AVCodecID codec =
        kind == PictureKind::kPortableMap ? codec_of_portable_map(bytes) : codec_of(kind);
    const AvFramePtr frame = decode_with_ffmpeg(bytes, codec, name);
    check_size(frame->width, frame->height, name);
    LumaReader().read(*frame, name, stored);
  }
  const Orientation orientation =
      kind == PictureKind::kJpeg ? orientation_from_exif(exif_orientation(bytes)) : Orientation{};
  if (orientation.is_upright()) return stored;
  GrayImage upright;
  turn_upright(stored, orientation, upright);
  return upright;
}

GrayImage read_image(const std::filesystem::path& path) {
  return decode_picture(read_bytes(path, kMaxFile_bytes), path.string());
}

}  // namespace eyelid::video
