// SPDX-License-Identifier: MIT
#include "eyelid/files/sha256.hpp"

#include <algorithm>
#include <system_error>
#include <vector>

#include "eyelid/core/error.hpp"
#include "eyelid/files/sha256_blocks.hpp"
#include "eyelid/platform/file.hpp"

namespace eyelid::files {

void Sha256::add(std::span<const std::byte> bytes) {
  const std::size_t waiting = static_cast<std::size_t>(count_ % block_.size());
  count_ += bytes.size();
  if (waiting > 0) {
    const std::size_t taken = std::min(bytes.size(), block_.size() - waiting);
    std::copy_n(bytes.begin(), taken, block_.begin() + static_cast<std::ptrdiff_t>(waiting));
    bytes = bytes.subspan(taken);
    if (waiting + taken < block_.size()) return;
    add_sha256_blocks(state_, block_.data(), 1);
  }
  const std::size_t blocks = bytes.size() / block_.size();
  add_sha256_blocks(state_, bytes.data(), blocks);
  bytes = bytes.subspan(blocks * block_.size());
  std::ranges::copy(bytes, block_.begin());
}

std::string Sha256::hex() {
  // A 1 bit, zeros up to 8 bytes before the end of a block, and the length in bits.
  const std::uint64_t bit_count = count_ * 8;
  std::array<std::byte, 64> padding{std::byte{0x80}};
  const std::size_t rest = static_cast<std::size_t>(count_ % 64);
  add(std::span(padding).first((rest < 56 ? 56 : 120) - rest));
  std::array<std::byte, 8> length{};
  for (std::size_t i = 0; i < 8; i++) {
    length[i] = static_cast<std::byte>((bit_count >> (56 - 8 * i)) & 0xff);
  }
  add(length);

  std::string text;
  for (const std::uint32_t word : state_) {
    for (int shift = 28; shift >= 0; shift -= 4) text += "0123456789abcdef"[(word >> shift) & 0xf];
  }
  return text;
}

std::string sha256_hex(std::span<const std::byte> bytes) {
  Sha256 hash;
  hash.add(bytes);
  return hash.hex();
}

std::string sha256_of_file(const std::filesystem::path& path) {
  constexpr std::size_t kPiece_bytes = std::size_t{1} << 20;
  std::vector<std::byte> piece(kPiece_bytes);
  std::error_code error;
  platform::File file(path, platform::Opening::kRead, error);
  Sha256 hash;
  while (!error) {
    const std::size_t count = file.read(piece, error);
    if (!error && count == 0) break;
    hash.add(std::span(piece).first(count));
  }
  if (error) {
    throw InputError(path.string() + ": cannot be read (" + error.message() +
                     "), expected a readable file");
  }
  return hash.hex();
}

}  // namespace eyelid::files
