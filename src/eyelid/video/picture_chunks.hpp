// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

namespace eyelid::video {

/// Visits the chunks of a PNG or WebP file in order: name (4 bytes) and content. Ends at the first
/// one that extends beyond the file; visits nothing in files of other kinds.
void for_each_chunk(
    std::span<const std::uint8_t> picture,
    const std::function<void(std::string_view name, std::span<const std::uint8_t> content)>& visit);

/// Frames of an animated PNG or WebP file; 0 for other files.
int frames_of_animation(std::span<const std::uint8_t> picture);

/// Pictures of a file of one kind: the frames of an animation, and JPEG (jpeg_pictures.hpp), PNG,
/// WebP, BMP, or binary portable map files written one behind the other; 1 for other kinds and for
/// malformed files.
int pictures_in(std::span<const std::uint8_t> picture);

}  // namespace eyelid::video
