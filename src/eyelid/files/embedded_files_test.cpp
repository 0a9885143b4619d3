// SPDX-License-Identifier: MIT
#include "eyelid/files/embedded_files.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <string>

#include "text_of_file.hpp"

namespace eyelid::files {

// Generated for this test: embedded_files.cpp and a file of odd size, embedded as models are.
std::span<const EmbeddedFile> embedded_test_files();

namespace {

TEST(EmbeddedFiles, AreTheFilesByteForByteAndAligned) {
  const std::filesystem::path folder =
      std::filesystem::path(EYELID_SOURCE_DIR) / "src/eyelid/files";
  ASSERT_EQ(embedded_test_files().size(), 2u);
  for (const EmbeddedFile& file : embedded_test_files()) {
    EXPECT_EQ(embedded_text(embedded_test_files(), file.name),
              testing::text_of_file(folder / file.name));
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(file.begin) % 64, 0u) << file.name;
  }
}

}  // namespace
}  // namespace eyelid::files
