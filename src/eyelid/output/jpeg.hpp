// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include "eyelid/core/image.hpp"

namespace eyelid::output {

/// A grey image as JPEG file bytes; `quality` 1 .. 100. The same pixels give the same bytes.
///
/// The image must not be empty. Errors: Error with the reason of libjpeg-turbo.
std::vector<std::uint8_t> grey_jpeg(const FrameView& image, int quality);

}  // namespace eyelid::output
