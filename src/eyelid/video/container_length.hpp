// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>

namespace eyelid::video {

/// Copies bytes at an offset of the file to the span and returns how many there were.
using ReadAt = std::function<std::size_t(std::int64_t offset, std::span<std::uint8_t>)>;

/// Bytes a file should have according to the lengths stored in its container; nothing if the
/// container stores none (transport streams, live recordings) or is of another kind. A file shorter
/// than this was truncated.
///
/// Knows MP4 / MOV (ISO 14496-12, 4.2), AVI with its OpenDML parts, Matroska / WebM (RFC 8794).
std::optional<std::int64_t> stated_length(const ReadAt& read_at, std::int64_t file_size);

}  // namespace eyelid::video
