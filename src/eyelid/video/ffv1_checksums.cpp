// SPDX-License-Identifier: MIT
#include "eyelid/video/ffv1_checksums.hpp"

extern "C" {
#include <libavutil/crc.h>
}

#include <cstddef>

namespace eyelid::video {

bool has_right_ffv1_checksums(std::span<const std::uint8_t> packet) {
  // slice | slice | ... each: content, size of the content (3 bytes), status (1), parity (4)
  constexpr std::size_t kFooter_bytes = 8;
  const AVCRC* table = av_crc_get_table(AV_CRC_32_IEEE);
  std::size_t end = packet.size();
  while (end > 0) {
    if (end < kFooter_bytes) return false;
    const std::uint8_t* footer = packet.data() + end - kFooter_bytes;
    const std::size_t content =
        static_cast<std::size_t>(footer[0] << 16 | footer[1] << 8 | footer[2]);
    const std::size_t slice = content + kFooter_bytes;
    if (slice > end) return false;
    if (av_crc(table, 0, packet.data() + end - slice, slice) != 0) return false;
    end -= slice;
  }
  return !packet.empty();
}

}  // namespace eyelid::video
