// SPDX-License-Identifier: MIT
#include "eyelid/files/sha256.hpp"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>
#include <vector>

#include "eyelid/core/error.hpp"

namespace eyelid::files {
namespace {

// First 32 bits of the fractional parts of the cube roots of the first 64 primes.
constexpr std::array<std::uint32_t, 64> kRoundConstants = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

using State = std::array<std::uint32_t, 8>;

void add_block(State& state, const std::byte* block) {
  std::array<std::uint32_t, 64> schedule{};
  for (std::size_t i = 0; i < 16; i++) {
    std::uint32_t word = 0;
    for (std::size_t j = 0; j < 4; j++) {
      word = (word << 8) | std::to_integer<std::uint32_t>(block[4 * i + j]);
    }
    schedule[i] = word;
  }
  for (std::size_t i = 16; i < 64; i++) {
    const std::uint32_t a = schedule[i - 15];
    const std::uint32_t b = schedule[i - 2];
    const std::uint32_t sigma0 = std::rotr(a, 7) ^ std::rotr(a, 18) ^ (a >> 3);
    const std::uint32_t sigma1 = std::rotr(b, 17) ^ std::rotr(b, 19) ^ (b >> 10);
    schedule[i] = schedule[i - 16] + sigma0 + schedule[i - 7] + sigma1;
  }

  auto [a, b, c, d, e, f, g, h] = state;
  for (std::size_t i = 0; i < 64; i++) {
    const std::uint32_t sum1 = std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25);
    const std::uint32_t choice = (e & f) ^ (~e & g);
    const std::uint32_t first = h + sum1 + choice + kRoundConstants[i] + schedule[i];
    const std::uint32_t sum0 = std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22);
    const std::uint32_t majority = (a & b) ^ (a & c) ^ (b & c);
    h = g;
    g = f;
    f = e;
    e = d + first;
    d = c;
    c = b;
    b = a;
    a = first + sum0 + majority;
  }
  const State words = {a, b, c, d, e, f, g, h};
  for (std::size_t i = 0; i < 8; i++) state[i] += words[i];
}

}  // namespace

void Sha256::add(std::span<const std::byte> bytes) {
  const std::size_t waiting = static_cast<std::size_t>(count_ % block_.size());
  count_ += bytes.size();
  if (waiting > 0) {
    const std::size_t taken = std::min(bytes.size(), block_.size() - waiting);
    std::copy_n(bytes.begin(), taken, block_.begin() + static_cast<std::ptrdiff_t>(waiting));
    bytes = bytes.subspan(taken);
    if (waiting + taken < block_.size()) return;
    add_block(state_, block_.data());
  }
  for (; bytes.size() >= block_.size(); bytes = bytes.subspan(block_.size())) {
    add_block(state_, bytes.data());
  }
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
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"),
                                                             std::fclose);
  std::vector<std::byte> piece(kPiece_bytes);
  Sha256 hash;
  std::size_t count = file ? piece.size() : 0;
  while (count == piece.size()) {
    count = std::fread(piece.data(), 1, piece.size(), file.get());
    hash.add(std::span(piece).first(count));
  }
  if (!file || std::ferror(file.get()) != 0) {
    throw InputError(path.string() + ": cannot be read (" + std::generic_category().message(errno) +
                     "), expected a readable file");
  }
  return hash.hex();
}

}  // namespace eyelid::files
