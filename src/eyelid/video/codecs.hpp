// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace eyelid::video {

/// FFmpeg's version and which of the usual decoders for lab recordings it has, in one line.
std::string describe_decoders();

}  // namespace eyelid::video
