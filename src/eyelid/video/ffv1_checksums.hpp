// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>

namespace eyelid::video {

/// Whether every slice of an FFV1 frame (version 3, written with checksums) is as it was written.
///
/// FFmpeg 5.1 notices a wrong checksum, patches the slice with the frame before, and says nothing.
/// False also for frames without checksums: ask only where another frame of the file has some.
///
/// Source: RFC 9043, 4.9 "Slice Footer" (slice_size, error_status, slice_crc_parity).
bool has_right_ffv1_checksums(std::span<const std::uint8_t> packet);

}  // namespace eyelid::video
