// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include "eyelid/core/image.hpp"
#include "eyelid/video/ffmpeg_handles.hpp"
#include "eyelid/video/luma.hpp"

namespace eyelid::video {

/// Picture file formats, recognized by their first bytes.
enum class PictureKind { kNone, kJpeg, kPng, kPortableMap, kTiff, kBmp, kWebp };

/// At least the first 12 bytes of a file.
PictureKind picture_kind(std::span<const std::uint8_t> head);
/// Of a file; kNone also for what is no regular file. Throws ReadError.
PictureKind picture_kind(const std::filesystem::path& path);

/// "jpeg", "png", "pnm", ...
const char* picture_codec_name(PictureKind kind);

/// Whether a PNG or WebP file holds an animation of several frames. Throws ReadError.
bool is_animation(const std::filesystem::path& path);

/// A picture as its file stores it, before its brightness and orientation are settled.
struct StoredPicture {
  GrayImage gray;    // JPEG and gray PNG: at once
  AvFramePtr frame;  // all others
  Orientation orientation;
  std::optional<int> stated_bits;  // of pixels stored in 16
  bool is_white_zero = false;

  /// The largest sample where the depth must be found from the data.
  std::optional<int> largest_of_16_bits() const;
};

/// Decodes one picture: of a TIFF file the one whose directory is at `tiff_directory`; without it
/// the file must hold exactly one. `name` begins the message of an InputError.
StoredPicture read_stored(const std::filesystem::path& path,
                          std::optional<std::uint64_t> tiff_directory);
StoredPicture decode_stored(std::span<const std::uint8_t> bytes, const std::string& name);

/// Upright and gray. `used_bits` as SourceOptions::bits, unless the file states them; without both,
/// from this picture alone.
GrayImage gray_of(StoredPicture picture, std::optional<int> used_bits, const std::string& name);

/// Decodes one complete picture file in memory. `name` begins the message of an InputError.
GrayImage decode_picture(std::span<const std::uint8_t> bytes, const std::string& name);

}  // namespace eyelid::video
