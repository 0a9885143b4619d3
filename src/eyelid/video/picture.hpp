// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "eyelid/core/image.hpp"
#include "eyelid/video/ffmpeg_handles.hpp"

namespace eyelid::video {

/// Picture file formats, recognized by their first bytes.
enum class PictureKind { kNone, kJpeg, kPng, kPortableMap, kTiff, kBmp, kWebp };

/// At least the first 12 bytes of a file.
PictureKind picture_kind(std::span<const std::uint8_t> head);
/// Of a file; kNone also if it cannot be read.
PictureKind picture_kind(const std::filesystem::path& path);

/// "jpeg", "png", "pnm", ...
const char* picture_codec_name(PictureKind kind);

/// Decodes one complete picture file in memory. `name` begins the message of an InputError.
GrayImage decode_picture(std::span<const std::uint8_t> bytes, const std::string& name);

}  // namespace eyelid::video
