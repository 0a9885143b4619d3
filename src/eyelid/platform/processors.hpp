// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>

namespace eyelid::platform {

/// Processors that this process may use, by its affinity mask; at least 1.
int usable_processors();

/// Keeps the calling thread on the `index`-th processor it may use (modulo their number); false
/// where the system does not allow it.
bool keep_on_processor(int index);

/// "AMD EPYC 7763", "unknown" where the system does not say.
std::string processor_model();

/// Whether an AArch64 processor has the dot products of bytes; false for others.
bool has_dot_products();

/// Asks for pages of 2 MiB under memory that is not used yet. Only a wish: where the system
/// refuses, the pages are small and everything else is the same.
void prefer_huge_pages(void* memory, std::size_t bytes);

}  // namespace eyelid::platform
