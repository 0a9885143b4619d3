// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "eyelid/camera/picture_loop.hpp"

namespace eyelid::camera {

/// A film or picture folder, over and over.
struct FilmLoop {
  std::unique_ptr<PictureLoop> pictures;
  double frames_per_second = 0.0;  // its own, on average; 0: it states none
  std::string pixel_format;
};

/// Decodes the film up to `memory_bytes` of gray pictures. One that ends before stays in memory.
/// Of a longer one, so much is kept decoded ahead by a thread: where decoding is slower than the
/// clock for so long that nothing is left, pictures come late, none is skipped.
///
/// Throws InputError: what video::open_source refuses; pictures of several sizes. Errors behind the
/// part decoded ahead are thrown by picture(), after the pictures before them.
FilmLoop open_film_loop(const std::filesystem::path& film,
                        std::int64_t memory_bytes = std::int64_t{1} << 30);

}  // namespace eyelid::camera
