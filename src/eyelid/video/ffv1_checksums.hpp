// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>

namespace eyelid::video {

/// True if every slice of an FFV1 frame (version 3, written with checksums) is intact.
///
/// FFmpeg 5.1 detects a wrong checksum and silently patches the slice from the previous frame. Also
/// false for frames without checksums: call only if another frame of the file has them.
///
/// Source: RFC 9043, 4.9 "Slice Footer" (slice_size, error_status, slice_crc_parity).
bool has_right_ffv1_checksums(std::span<const std::uint8_t> packet);

}  // namespace eyelid::video
