// SPDX-License-Identifier: MIT
#include "eyelid/model_files/embedded_models.hpp"

#include <gtest/gtest.h>

namespace eyelid::model_files {
namespace {

TEST(EmbeddedModels, AreFoundByTheirNames) {
  EXPECT_TRUE(embedded_model("no such model").empty());
  ASSERT_GE(embedded_model_names().size(), 5u);  // detector and landmarks: nothing works without
  for (const std::string_view name : embedded_model_names()) {
    EXPECT_FALSE(embedded_model(name).empty()) << name;
  }
}

}  // namespace
}  // namespace eyelid::model_files
