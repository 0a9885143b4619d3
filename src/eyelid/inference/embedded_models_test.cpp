// SPDX-License-Identifier: MIT
#include "eyelid/inference/embedded_models.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <filesystem>

#include "eyelid/inference/model_file.hpp"

namespace eyelid::inference {

// Generated for this test: sha256.cpp and an odd-sized file, embedded as models are.
std::span<const EmbeddedFile> embedded_test_files();

namespace {

TEST(EmbeddedFiles, AreTheFilesByteForByteAndAligned) {
  const std::filesystem::path folder =
      std::filesystem::path(EYELID_SOURCE_DIR) / "src/eyelid/inference";
  ASSERT_EQ(embedded_test_files().size(), 2u);
  for (const EmbeddedFile& file : embedded_test_files()) {
    const std::vector<std::byte> expected = read_model_file(folder / file.name);
    ASSERT_EQ(file.bytes().size(), expected.size()) << file.name;
    EXPECT_EQ(std::memcmp(file.begin, expected.data(), expected.size()), 0) << file.name;
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(file.begin) % 64, 0u) << file.name;
  }
}

TEST(EmbeddedModels, AreFoundByTheirNames) {
  EXPECT_TRUE(embedded_model("no such model").empty());
  for (const std::string_view name : embedded_model_names()) {
    EXPECT_FALSE(embedded_model(name).empty()) << name;
  }
}

}  // namespace
}  // namespace eyelid::inference
