// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace eyelid::video {

/// True if `a` comes before `b` as a person would sort them: runs of digits compare as numbers,
/// so img2 < img10; everything else byte by byte. A strict total order: names equal as numbers
/// ("01", "1") fall back to bytes.
bool comes_before(std::string_view a, std::string_view b);

}  // namespace eyelid::video
