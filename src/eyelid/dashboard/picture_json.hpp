// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>

#include "eyelid/core/face.hpp"
#include "eyelid/core/image.hpp"

namespace eyelid::dashboard {

/// A frame for the page: {"time_s", "view", "eyes"}. `view` is the whole frame, an integer number
/// of times smaller so that it fits 480 x 360; `eyes` the surroundings of both eyes, absent where
/// nobody knows where they are. Each is {"jpeg" (base64), "width", "height", "lids"}: per eye six
/// [x, y] in pixel edges of the JPEG.
///
/// The frame must not be empty. Errors: as films::gray_jpeg.
std::string picture_json(const FrameView& frame,
                         const std::optional<EyeLandmarks>& eyes,
                         double time_s);

}  // namespace eyelid::dashboard
