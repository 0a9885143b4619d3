// SPDX-License-Identifier: MIT
#include "eyelid/files/growing_file.hpp"

#include <gtest/gtest.h>

#include "eyelid/core/error.hpp"
#include "temporary_folder.hpp"
#include "text_of_file.hpp"

namespace eyelid::files {
namespace {

TEST(GrowingFile, AHeaderIsPatched) {
  const testing::TemporaryFolder folder;
  GrowingFile file(folder / "film");
  file.write("????body");
  file.seek(0);
  file.write("HEAD");
  EXPECT_EQ(file.size(), 8);
  EXPECT_EQ(file.position(), 4);
  EXPECT_EQ(testing::text_of_file(folder / "film"), "HEADbody");
}

TEST(GrowingFile, NeverTakesANameThatIsThere) {
  const testing::TemporaryFolder folder;
  GrowingFile(folder / "film").write("kept");
  EXPECT_THROW(GrowingFile(folder / "film"), InputError);
  EXPECT_THROW(GrowingFile(folder / "absent" / "film"), InputError);
  EXPECT_EQ(testing::text_of_file(folder / "film"), "kept");
}

}  // namespace
}  // namespace eyelid::files
