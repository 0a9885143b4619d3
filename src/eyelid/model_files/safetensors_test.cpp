// SPDX-License-Identifier: MIT
#include "eyelid/model_files/safetensors.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <random>

#include "eyelid/core/error.hpp"
#include "eyelid/model_files/model_file.hpp"
#include "temporary_folder.hpp"

namespace eyelid::model_files {
namespace {

using Bytes = std::vector<std::byte>;

Bytes file_with_header(const std::string& header, std::size_t data_size) {
  Bytes bytes(8 + header.size() + data_size);
  const std::uint64_t size = header.size();
  std::memcpy(bytes.data(), &size, 8);
  std::memcpy(bytes.data() + 8, header.data(), header.size());
  return bytes;
}

/// The sentence the reader refuses these bytes with.
std::string refusal(const Bytes& bytes) {
  try {
    SafetensorsFile::from_bytes(bytes, "model.safetensors");
  } catch (const InputError& error) {
    return error.what();
  }
  return "accepted";
}

std::string refusal(const std::string& header, std::size_t data_size) {
  return refusal(file_with_header(header, data_size));
}

SafetensorsWriter small_model() {
  SafetensorsWriter writer;
  writer.set_metadata("name", "small");
  writer.set_metadata("licence", "MIT");
  const std::vector<std::uint8_t> flags = {1, 2, 255};
  const std::vector<std::int16_t> leaves = {-3, 32767};
  const std::vector<float> weights = {0.5f, -1.25f, 3e20f, 0.0f, 7.0f, 8.0f};
  const std::vector<std::uint16_t> halves = {0x3c00, 0xc000};
  writer.add<std::uint8_t>("flags", {3}, flags);
  writer.add<std::int16_t>("leaves", {1, 2}, leaves);
  writer.add<float>("weights", {2, 3}, weights);
  writer.add("halves", TensorType::F16, {2}, std::as_bytes(std::span(halves)));
  writer.add<std::int8_t>("nothing", {0, 5}, {});
  return writer;
}

TEST(Safetensors, KeepsValuesShapesAndMetadata) {
  const Bytes bytes = small_model().to_bytes();
  const auto file = SafetensorsFile::from_bytes(bytes, "small");
  EXPECT_EQ(file.metadata_or_empty("name"), "small");
  EXPECT_EQ(file.metadata_or_empty("absent"), "");
  ASSERT_EQ(file.tensors().size(), 5u);
  EXPECT_EQ(file.values<float>("weights", {2, 3})[2], 3e20f);
  EXPECT_EQ(file.values<std::int16_t>("leaves")[0], -3);
  EXPECT_EQ(file.values<std::uint8_t>("flags", {3})[2], 255);
  EXPECT_EQ(file.half_values("halves", {2})[1], 0xc000);
  EXPECT_EQ(file.values<std::int8_t>("nothing", {0, 5}).size(), 0u);
  EXPECT_EQ(file.find("absent"), nullptr);
}

TEST(Safetensors, WritesTheSameBytesInAnyOrderOfAdding) {
  const std::vector<float> one = {1.0f};
  const std::vector<std::uint8_t> two = {2, 3};
  SafetensorsWriter forward;
  forward.add<float>("a", {1}, one);
  forward.add<std::uint8_t>("b", {2}, two);
  SafetensorsWriter backward;
  backward.add<std::uint8_t>("b", {2}, two);
  backward.add<float>("a", {1}, one);
  EXPECT_EQ(forward.to_bytes(), backward.to_bytes());
}

TEST(Safetensors, GoesThroughAFileAndSurvivesMoves) {
  const eyelid::testing::TemporaryFolder folder;
  small_model().write(folder / "a.safetensors");
  small_model().write(folder / "a.safetensors");  // replaces
  SafetensorsFile file = SafetensorsFile::open(folder / "a.safetensors");
  SafetensorsFile moved = std::move(file);
  EXPECT_EQ(moved.values<float>("weights", {2, 3})[5], 8.0f);
  std::size_t entries = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    entries += entry.is_regular_file() ? 1u : 0u;
  }
  EXPECT_EQ(entries, 1u) << "a partial file stayed behind";
  EXPECT_THROW(small_model().write(folder / "no folder" / "a.safetensors"), InputError);
  EXPECT_THROW(SafetensorsFile::open(folder / "absent"), InputError);
  EXPECT_THROW(SafetensorsFile::open(folder.path()), InputError);
}

TEST(Safetensors, SaysWhatIsWrongWithATensor) {
  const Bytes bytes = small_model().to_bytes();
  const auto file = SafetensorsFile::from_bytes(bytes, "small");
  EXPECT_THROW(file.values<float>("absent"), InputError);
  EXPECT_THROW(file.values<float>("flags"), InputError);
  try {
    file.values<float>("weights", {3, 2});
    FAIL();
  } catch (const InputError& error) {
    EXPECT_STREQ(error.what(), "small: tensor \"weights\" has shape (2, 3); expected (3, 2)");
  }
}

TEST(Safetensors, RefusesDamagedHeaders) {
  const std::string tensor = R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]})";
  EXPECT_EQ(refusal(tensor + "}", 8), "accepted");
  EXPECT_EQ(refusal(tensor + "}   ", 8), "accepted");
  EXPECT_EQ(refusal(tensor + "}", 9),
            "model.safetensors: 9 bytes of data; expected 8, the sum of its tensors");
  EXPECT_NE(refusal(tensor + "}", 7).find("within 7 bytes"), std::string::npos);
  EXPECT_NE(refusal(tensor, 8).find("not JSON"), std::string::npos);
  EXPECT_NE(refusal("[1]", 0).find("begin with '{'"), std::string::npos);
  EXPECT_NE(refusal(Bytes(4)).find("4 bytes"), std::string::npos);
  EXPECT_NE(refusal(Bytes(8)).find("header of 0 bytes"), std::string::npos);
  Bytes huge = file_with_header(tensor + "}", 8);
  std::memset(huge.data(), 0xff, 8);
  EXPECT_NE(refusal(huge).find("header of 18446744073709551615 bytes"), std::string::npos);
}

TEST(Safetensors, RefusesDuplicateKeys) {
  const std::string a = R"("a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]})";
  EXPECT_NE(refusal("{" + a + "," + a + "}", 1).find("duplicate key \"a\""), std::string::npos);
  EXPECT_NE(refusal(R"({"a":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}})", 1)
                .find("duplicate key \"dtype\""),
            std::string::npos);
  // The same key in two tensors is normal.
  EXPECT_EQ(refusal("{" + a + R"(,"b":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}})", 2),
            "accepted");
}

TEST(Safetensors, RefusesDeepHeaders) {
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  EXPECT_NE(refusal("{\"a\":" + deep + "}", 0).find("too many levels"), std::string::npos);
}

TEST(Safetensors, RefusesOverlapsHolesAndWrongSizes) {
  const auto two = [](const char* second_offsets) {
    return std::string(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},)") +
           R"("b":{"dtype":"U8","shape":[4],"data_offsets":)" + second_offsets + "}}";
  };
  EXPECT_EQ(refusal(two("[4,8]"), 8), "accepted");
  EXPECT_NE(refusal(two("[2,6]"), 8).find("no overlap"), std::string::npos);
  EXPECT_NE(refusal(two("[0,4]"), 8).find("no overlap"), std::string::npos);
  EXPECT_NE(refusal(two("[5,9]"), 9).find("no hole"), std::string::npos);
  EXPECT_NE(refusal(two("[4,7]"), 8).find("3 bytes; expected 4"), std::string::npos);
  EXPECT_NE(refusal(two("[8,4]"), 8).find("data_offsets"), std::string::npos);
  EXPECT_NE(refusal(two("[-4,0]"), 8).find("whole numbers"), std::string::npos);
  EXPECT_NE(refusal(two("[4]"), 8).find("begin and an end"), std::string::npos);
}

TEST(Safetensors, RefusesForeignTypesAndShapes) {
  const auto one = [](const char* type, const char* shape) {
    return std::string(R"({"a":{"dtype":)") + type + R"(,"shape":)" + shape +
           R"(,"data_offsets":[0,8]}})";
  };
  EXPECT_EQ(refusal(one("\"F32\"", "[2]"), 8), "accepted");
  EXPECT_NE(refusal(one("\"BF16\"", "[4]"), 8).find("dtype BF16"), std::string::npos);
  EXPECT_NE(refusal(one("3", "[2]"), 8).find("no dtype"), std::string::npos);
  EXPECT_NE(refusal(one("\"F32\"", "[2.0]"), 8).find("whole numbers"), std::string::npos);
  EXPECT_NE(refusal(one("\"F32\"", "[4294967296,4294967296,4294967296]"), 8).find("impossible"),
            std::string::npos);
  EXPECT_NE(refusal(R"({"a":5})", 0).find("not described"), std::string::npos);
  EXPECT_NE(refusal(R"({"__metadata__":{"n":1}})", 0).find("expected a text"), std::string::npos);
}

TEST(Safetensors, NeverCrashesOnSeededDamage) {
  const Bytes whole = small_model().to_bytes();
  std::mt19937 random(20240611);
  for (int round = 0; round < 500; round++) {
    Bytes damaged = whole;
    const int flips = 1 + static_cast<int>(random() % 4);
    for (int i = 0; i < flips; i++) {
      damaged[random() % damaged.size()] = static_cast<std::byte>(random() & 0xff);
    }
    if (round % 2 == 0) damaged.resize(random() % damaged.size());
    if (round % 2 == 0) {
      EXPECT_NE(refusal(damaged), "accepted") << "a cut file, round " << round;
    } else {
      refusal(damaged);  // a changed weight is not detectable; anything but InputError escapes
    }
  }
}

}  // namespace
}  // namespace eyelid::model_files
