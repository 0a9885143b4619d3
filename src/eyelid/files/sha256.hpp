// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace eyelid::files {

/// SHA-256 of bytes that arrive in pieces: the identity of a file.
///
/// Source: FIPS 180-4, section 6.2.
class Sha256 {
 public:
  void add(std::span<const std::byte> bytes);
  /// Of everything added, as 64 lower-case hexadecimal digits. Call once, last.
  std::string hex();

 private:
  // First 32 bits of the fractional parts of the square roots of the first 8 primes.
  std::array<std::uint32_t, 8> state_ = {0x6a09e667,
                                         0xbb67ae85,
                                         0x3c6ef372,
                                         0xa54ff53a,
                                         0x510e527f,
                                         0x9b05688c,
                                         0x1f83d9ab,
                                         0x5be0cd19};
  std::array<std::byte, 64> block_{};  // the bytes after the last whole block
  std::uint64_t count_ = 0;            // bytes added
};

std::string sha256_hex(std::span<const std::byte> bytes);

/// Of a whole file. Errors: InputError naming it, when it cannot be read.
std::string sha256_of_file(const std::filesystem::path& path);

}  // namespace eyelid::files
