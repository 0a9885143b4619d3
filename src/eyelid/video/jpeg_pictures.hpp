// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>

namespace eyelid::video {

/// Pictures of a JPEG file that are frames of their own: the first, those behind it (with zeros
/// between them at most), and those that the index of an MPO file (CIPA DC-007) points at. 1 for
/// malformed files.
///
/// Not counted are further views of the first picture: previews and gain maps by their type in the
/// index, pictures of no type that have another size than the first, gain and depth maps that say
/// what they are, and everything behind a photograph whose XMP lists its parts (phones). Other
/// bytes behind the picture, such as the film of a motion photo, are none.
int pictures_in_jpeg(std::span<const std::uint8_t> file);

}  // namespace eyelid::video
