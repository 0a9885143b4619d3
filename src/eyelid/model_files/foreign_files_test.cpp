// SPDX-License-Identifier: MIT
// PyTorch and TFLite files created here, read back, and damaged in hundreds of seeded ways.
#include <flatbuffers/flatbuffers.h>
#include <gtest/gtest.h>
#include <zip.h>

#include <cstring>
#include <functional>
#include <random>
#include <string>

#include "eyelid/core/error.hpp"
#include "eyelid/model_files/model_file.hpp"
#include "eyelid/model_files/pickle.hpp"
#include "eyelid/model_files/pytorch_file.hpp"
#include "eyelid/model_files/tflite_file.hpp"
#include "temporary_folder.hpp"

namespace eyelid::model_files {
namespace {

using Bytes = std::vector<std::byte>;

Bytes bytes_of(const std::string& text) {
  Bytes bytes(text.size());
  std::memcpy(bytes.data(), text.data(), text.size());
  return bytes;
}

std::string short_text(const std::string& text) {  // BINUNICODE
  std::string code = "X";
  const auto size = static_cast<std::uint32_t>(text.size());
  code.append(reinterpret_cast<const char*>(&size), 4);
  return code + text;
}

std::string small_number(int value) { return {'K', static_cast<char>(value)}; }  // BININT1

/// The pickle of {"weight": a float tensor (2, 3), "scale": a half tensor (2)} as torch.save has
/// it; `strides` are those of "weight".
std::string state_dict_pickle(const std::string& strides = "K\x03K\x01\x86") {
  const auto tensor = [](const std::string& storage,
                         const std::string& key,
                         int count,
                         const std::string& shape,
                         const std::string& stride) {
    return "ctorch._utils\n_rebuild_tensor_v2\n((" + short_text("storage") + "ctorch\n" + storage +
           "\n" + short_text(key) + short_text("cpu") + small_number(count) + "tQ" +
           small_number(0) + shape + stride + "\x89" + "ccollections\nOrderedDict\n)RtR";
  };
  return std::string("\x80\x02") + "ccollections\nOrderedDict\n)R(" + short_text("weight") +
         tensor("FloatStorage", "one", 6, "K\x02K\x03\x86", strides) + short_text("scale") +
         tensor("HalfStorage", "two", 2, "K\x02\x85", "K\x01\x85") + "u.";
}

constexpr float kWeight[] = {1.0f, 2.0f, 3.0f, 4.0f, 5.0f, 6.5f};
constexpr std::uint16_t kScale[] = {0x3c00, 0xc000};  // 1, -2

std::string raw(const void* data, std::size_t size) {
  return {static_cast<const char*>(data), size};
}

Bytes pytorch_stream(const std::string& strides = "K\x03K\x01\x86") {
  const std::uint64_t six = 6, two = 2;
  return bytes_of(std::string("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19\x2e", 15) +
                  "\x80\x02M\xe9\x03." + std::string("\x80\x02}.") + state_dict_pickle(strides) +
                  "\x80\x02](" + short_text("one") + short_text("two") + "e." + raw(&six, 8) +
                  raw(kWeight, sizeof kWeight) + raw(&two, 8) + raw(kScale, sizeof kScale));
}

Bytes pytorch_archive() {
  const eyelid::testing::TemporaryFolder folder;
  const std::string path = (folder / "model.pt").string();
  const std::string pickle = state_dict_pickle();
  zip_t* archive = zip_open(path.c_str(), ZIP_CREATE, nullptr);
  const auto add = [&](const char* name, const void* data, std::size_t size) {
    zip_file_add(archive, name, zip_source_buffer(archive, data, size, 0), 0);
  };
  add("model/data.pkl", pickle.data(), pickle.size());
  add("model/data/one", kWeight, sizeof kWeight);
  add("model/data/two", kScale, sizeof kScale);
  EXPECT_EQ(zip_close(archive), 0);
  return read_model_file(path);
}

/// One convolution whose half weights go through DEQUANTIZE, with a float bias.
Bytes tflite_model() {
  flatbuffers::FlatBufferBuilder builder;
  const auto field = [](int index) { return static_cast<flatbuffers::voffset_t>(4 + 2 * index); };
  const auto table = [&](const std::function<void()>& fill) {
    const flatbuffers::uoffset_t start = builder.StartTable();
    fill();
    return flatbuffers::Offset<flatbuffers::Table>(builder.EndTable(start));
  };
  const auto buffer = [&](const void* data, std::size_t size) {
    const auto content = builder.CreateVector(static_cast<const std::uint8_t*>(data), size);
    return table([&] { builder.AddOffset(field(0), content); });
  };
  const auto tensor =
      [&](const std::vector<std::int32_t>& shape, std::int8_t type, std::uint32_t data) {
        const auto extents = builder.CreateVector(shape);
        const auto name = builder.CreateString("kernel");
        return table([&] {
          builder.AddOffset(field(0), extents);
          builder.AddElement<std::int8_t>(field(1), type, 0);
          builder.AddElement<std::uint32_t>(field(2), data, 0);
          builder.AddOffset(field(3), name);
        });
      };
  const auto operation =
      [&](std::uint32_t code, const std::vector<std::int32_t>& in, std::int32_t out) {
        const auto inputs = builder.CreateVector(in);
        const auto outputs = builder.CreateVector(std::vector<std::int32_t>{out});
        return table([&] {
          builder.AddElement<std::uint32_t>(field(0), code, 99);
          builder.AddOffset(field(1), inputs);
          builder.AddOffset(field(2), outputs);
        });
      };
  const auto code = [&](std::int8_t builtin) {
    return table([&] { builder.AddElement<std::int8_t>(field(0), builtin, 0); });
  };
  using List = std::vector<flatbuffers::Offset<flatbuffers::Table>>;
  const float bias[] = {0.25f, 0.5f};
  const auto buffers =
      builder.CreateVector(List{buffer("", 0), buffer(kScale, 4), buffer(bias, 8)});
  const auto tensors = builder.CreateVector(List{tensor({1, 4, 4, 1}, 0, 0),
                                                 tensor({2, 1, 1, 1}, 1, 1),
                                                 tensor({2, 1, 1, 1}, 0, 0),
                                                 tensor({2}, 0, 2)});
  const auto operations =
      builder.CreateVector(List{operation(0, {1}, 2), operation(1, {0, 2, 3}, 0)});
  const auto graph = table([&] {
    builder.AddOffset(field(0), tensors);
    builder.AddOffset(field(3), operations);
  });
  const auto codes = builder.CreateVector(List{code(6), code(3)});
  const auto graphs = builder.CreateVector(List{graph});
  const auto model = table([&] {
    builder.AddElement<std::uint32_t>(field(0), 3, 0);
    builder.AddOffset(field(1), codes);
    builder.AddOffset(field(2), graphs);
    builder.AddOffset(field(4), buffers);
  });
  builder.Finish(model, "TFL3");
  const auto* begin = reinterpret_cast<const std::byte*>(builder.GetBufferPointer());
  return {begin, begin + builder.GetSize()};
}

void expect_tensors(const Bytes& bytes) {
  const std::vector<NamedTensor> tensors = read_pytorch_tensors(bytes, "made here");
  ASSERT_EQ(tensors.size(), 2u);
  EXPECT_EQ(tensors[0].name, "weight");
  EXPECT_EQ(tensors[0].shape, (std::vector<std::size_t>{2, 3}));
  EXPECT_EQ(tensors[0].values, std::vector<float>(std::begin(kWeight), std::end(kWeight)));
  EXPECT_EQ(tensors[1].values, (std::vector<float>{1.0f, -2.0f}));
}

TEST(PytorchFile, ReadsBothFormats) {
  expect_tensors(pytorch_stream());
  expect_tensors(pytorch_archive());
}

TEST(PytorchFile, ReadsTransposedViewsAndRefusesWhatLeavesTheStorage) {
  const auto transposed = read_pytorch_tensors(pytorch_stream("K\x01K\x02\x86"), "made here");
  EXPECT_EQ(transposed[0].values, (std::vector<float>{1.0f, 3.0f, 5.0f, 2.0f, 4.0f, 6.5f}));
  for (const char* strides : {"K\x04K\x01\x86", "K\x02K\x02\x86", "K\x01\x85"}) {
    EXPECT_THROW(read_pytorch_tensors(pytorch_stream(strides), "made here"), InputError);
  }
}

TEST(PytorchFile, NeverRunsWhatAPickleNames) {
  const auto refusal = [](const std::string& pickle) -> std::string {
    try {
      read_pickle(bytes_of(pickle));
    } catch (const InputError& error) {
      return error.what();
    }
    return "accepted";
  };
  EXPECT_EQ(refusal("\x80\x02"
                    "cos\nsystem\n" +
                    short_text("true") + "\x85R."),
            "the pickle names \"os system\"; expected nothing but tensors");
  EXPECT_NE(refusal("\x80\x02(((").find("ends early"), std::string::npos);
  EXPECT_NE(refusal("\x80\x02t.").find("no mark"), std::string::npos);
  EXPECT_NE(refusal("\x80\x02h\x05.").find("memo 5"), std::string::npos);
  EXPECT_NE(refusal("\x80\x02.").find("empty stack"), std::string::npos);
  // Many nested tuples, and a list that holds itself, end quietly; too many objects do not.
  EXPECT_EQ(refusal("\x80\x02)" + std::string(100000, '\x85') + "."), "accepted");
  EXPECT_NE(refusal("\x80\x02)" + std::string(1000000, '\x85') + ".").find("a million"),
            std::string::npos);
  EXPECT_EQ(refusal("\x80\x02]q\x01h\x01"
                    "a."),
            "accepted");
}

TEST(TfliteFile, ReadsHalfWeightsBehindDequantize) {
  const auto convolutions = read_tflite_convolutions(tflite_model(), "made here");
  ASSERT_EQ(convolutions.size(), 1u);
  EXPECT_FALSE(convolutions[0].is_depthwise);
  EXPECT_EQ(convolutions[0].shape, (std::vector<std::size_t>{2, 1, 1, 1}));
  EXPECT_EQ(convolutions[0].weights, (std::vector<float>{1.0f, -2.0f}));
  EXPECT_EQ(convolutions[0].bias, (std::vector<float>{0.25f, 0.5f}));
}

/// Anything but InputError escapes and fails the test; a crash or sanitizer report ends it.
void expect_no_crash(const Bytes& whole, const std::function<void(const Bytes&)>& read) {
  std::mt19937 random(77);
  for (int round = 0; round < 400; round++) {
    Bytes damaged = whole;
    const std::size_t flips = 1 + random() % 5;
    for (std::size_t i = 0; i < flips; i++) {
      damaged[random() % damaged.size()] = static_cast<std::byte>(random() & 0xff);
    }
    if (round % 4 == 0) damaged.resize(random() % damaged.size());
    try {
      read(damaged);
    } catch (const InputError&) {
    }
  }
}

TEST(ForeignFiles, SurviveSeededDamage) {
  const auto read_pytorch = [](const Bytes& bytes) { read_pytorch_tensors(bytes, "damaged"); };
  expect_no_crash(pytorch_stream(), read_pytorch);
  expect_no_crash(pytorch_archive(), read_pytorch);
  expect_no_crash(tflite_model(),
                  [](const Bytes& bytes) { read_tflite_convolutions(bytes, "damaged"); });
}

}  // namespace
}  // namespace eyelid::model_files
