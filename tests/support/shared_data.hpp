// SPDX-License-Identifier: MIT
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

namespace eyelid::testing {

/// Folder of public material beside the repository (never part of it); EYELID_SHARED overrides.
inline std::filesystem::path shared_folder() {
  if (const char* folder = std::getenv("EYELID_SHARED")) return folder;
  return std::filesystem::path(EYELID_SOURCE_DIR).parent_path() / "shared";
}

}  // namespace eyelid::testing

/// Skips the running test, naming the missing path, when the public material is not beside us.
/// Afterwards `variable` is the full path.
#define EYELID_SHARED_OR_SKIP(variable, relative)                                         \
  const std::filesystem::path variable = ::eyelid::testing::shared_folder() / (relative); \
  if (!std::filesystem::exists((variable))) GTEST_SKIP() << (variable) << " is absent"
