// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace eyelid::files {

/// The eight words that SHA-256 carries from block to block.
using Sha256State = std::array<std::uint32_t, 8>;

/// Adds `count` blocks of 64 bytes. Source: FIPS 180-4, section 6.2.
void add_sha256_blocks(Sha256State& state, const std::byte* blocks, std::size_t count);

/// The same in plain code: what add_sha256_blocks() does where the processor has no instructions
/// for it, and what its result must be.
void add_sha256_blocks_plainly(Sha256State& state, const std::byte* blocks, std::size_t count);

}  // namespace eyelid::files
