// SPDX-License-Identifier: MIT
#include "eyelid/conditioning/preset.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

#include "eyelid/core/error.hpp"
#include "temporary_folder.hpp"

namespace eyelid::conditioning {
namespace {

std::string message_of(const std::string& name, const std::vector<std::string>& settings = {}) {
  try {
    load_preset(name, settings);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

TEST(Preset, EveryEmbeddedOneLoadsUnderItsNameAndNamesItsSource) {
  ASSERT_EQ(preset_names().size(), 13u);
  for (const std::string& name : preset_names()) {
    const Preset preset = load_preset(name);
    EXPECT_EQ(preset.name, name);
    EXPECT_GT(preset.source.size(), 60u) << name;
    EXPECT_FALSE(preset.title.empty()) << name;
  }
}

TEST(Preset, SettingsGoOverTheFile) {
  const Preset preset = load_preset(
      "human", {"criterion.above=0.05", "cr.from=cs+100ms", "isi_ms=350", "alpha.sd=off"});
  EXPECT_DOUBLE_EQ(preset.criterion.above, 0.05);
  EXPECT_DOUBLE_EQ(preset.cr.window.from.offset_s, 0.1);
  EXPECT_DOUBLE_EQ(preset.isi_s, 0.35);
  EXPECT_TRUE(std::isnan(preset.alpha.sd));
}

TEST(Preset, AFileOfALaboratoryNeedsOnlyItsOwnKeys) {
  const eyelid::testing::TemporaryFolder folder;
  const auto path = folder.path() / "ours.json";
  std::ofstream(path) << R"({"source": "us", "criterion": {"at_least": 0.07}})";
  const Preset preset = load_preset(path.string());
  EXPECT_EQ(preset.name, "ours");
  EXPECT_DOUBLE_EQ(preset.criterion.at_least, 0.07);
  EXPECT_TRUE(std::isnan(preset.criterion.above));
}

TEST(Preset, BadOnesAreNamedWithKeyFoundAndExpected) {
  EXPECT_NE(message_of("humna").find("heiney2014"), std::string::npos);
  EXPECT_NE(message_of("human", {"criterion.abve=0.1"}).find("at_least"), std::string::npos);
  EXPECT_NE(message_of("human", {"cr.from=60ms"}).find("cs-200ms"), std::string::npos);
  EXPECT_NE(message_of("human", {"cr.from=cs+\xb2ms"}).find("cs-200ms"), std::string::npos);
  EXPECT_NE(message_of("human", {"criterion.above=much"}).find("much"), std::string::npos);
  EXPECT_NE(message_of("human", {"criterion.above=off"}).find("at least one rule"),
            std::string::npos);
  EXPECT_NE(message_of("human", {"baseline.from=cs+10ms"}).find("after"), std::string::npos);
  EXPECT_NE(message_of("human", {"smoothing_ms"}).find("key=value"), std::string::npos);
  EXPECT_NE(message_of("human", {"cr=3"}).find("object"), std::string::npos);
  EXPECT_NE(message_of("human", {"cr.from=" + std::string(100'000, '[')}).find("64 levels"),
            std::string::npos);
  EXPECT_NE(message_of("/nowhere/x.json").find("/nowhere/x.json"), std::string::npos);
  const eyelid::testing::TemporaryFolder folder;
  const auto path = folder.path() / "broken.json";
  std::ofstream(path) << "{";
  EXPECT_NE(message_of(path.string()).find("not a JSON object"), std::string::npos);
}

}  // namespace
}  // namespace eyelid::conditioning
