// SPDX-License-Identifier: MIT
#include "eyelid/files/json_file.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "eyelid/core/error.hpp"
#include "temporary_folder.hpp"

namespace eyelid::files {
namespace {

std::string refusal(const std::filesystem::path& path) {
  try {
    read_json_object(path, "a list", 20);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

TEST(JsonFile, KeepsTheOrderOfTheKeys) {
  const testing::TemporaryFolder folder;
  std::ofstream(folder / "a.json") << R"({"b": 1, "a": 2})";
  EXPECT_EQ(json_text(read_json_object<nlohmann::ordered_json>(folder / "a.json", "a list")),
            R"({"b":1,"a":2})");
}

TEST(JsonFile, NamesTheFileWhatWasFoundAndWhatWasExpected) {
  const testing::TemporaryFolder folder;
  const std::filesystem::path file = folder / "a.json";
  EXPECT_EQ(refusal(folder.path()), folder.path().string() + ": is a folder, expected a list");
  EXPECT_EQ(refusal(file).find(file.string() + ": cannot be read ("), 0u) << refusal(file);
  EXPECT_NE(refusal(file).find("), expected a list"), std::string::npos) << refusal(file);
  for (const char* text : {"", "hello", "[1, 2]", "{\"a\": 1"}) {
    std::ofstream(file) << text;
    EXPECT_EQ(refusal(file),
              file.string() + ": found text that is not a JSON object, expected a list");
  }
  std::ofstream(file) << R"({"a": "far too long"})";
  EXPECT_EQ(refusal(file), file.string() + ": more than 20 bytes, expected a list");
}

std::string refusal_of_text(const std::string& text) {
  try {
    parse_json_object(text, "a.json", "a preset");
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

TEST(JsonFile, LimitsTheDepthWhileParsing) {
  const auto nested = [](std::size_t levels) {
    return std::string(levels, '[') + std::string(levels, ']');
  };
  EXPECT_TRUE(parse_json(nested(kMaxJsonDepth)).is_array());
  EXPECT_THROW(parse_json(nested(kMaxJsonDepth + 1)), InputError);
  // Never closed: a limit that looks at the result would come too late.
  std::string lists;
  lists.resize(10'000'000, '[');
  EXPECT_THROW(parse_json(lists), InputError);
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += "{\"a\":";
  EXPECT_EQ(refusal_of_text(objects),
            "a.json: found JSON of more than 64 levels, expected a preset");
}

TEST(JsonFile, RefusesTextsThatAreNotOneObject) {
  for (const char* text : {"", "hello", "[1, 2]", "{", "{} {}", "{\"a\": \"\xff\"}"}) {
    EXPECT_EQ(refusal_of_text(text),
              "a.json: found text that is not a JSON object, expected a preset")
        << text;
  }
  EXPECT_EQ(refusal_of_text("{\"a\": [{}]}"), "");
}

TEST(JsonFile, ExcerptsAreShortAndAscii) {
  EXPECT_EQ(json_excerpt("\u00e9"), "\"\\u00e9\"");
  EXPECT_EQ(json_excerpt("\xff").size(), 8u);  // the replacement character
  EXPECT_EQ(json_excerpt(std::string(1'000'000, 'x')).size(), 80u);
}

TEST(JsonFile, ReplacesBytesThatAreNotUtf8) {
  EXPECT_EQ(json_text(nlohmann::json{{"name", "a\xFF.mp4"}}), "{\"name\":\"a\xEF\xBF\xBD.mp4\"}");
  EXPECT_EQ(json_text(nlohmann::ordered_json{{"a", 1}}, 2), "{\n  \"a\": 1\n}");
}

}  // namespace
}  // namespace eyelid::files
