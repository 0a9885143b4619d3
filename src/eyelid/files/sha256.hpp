// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace eyelid::files {

/// SHA-256 of the bytes as 64 lower-case hexadecimal digits: the identity of a model file.
///
/// Source: FIPS 180-4, section 6.2.
std::string sha256_hex(std::span<const std::byte> bytes);

}  // namespace eyelid::files
