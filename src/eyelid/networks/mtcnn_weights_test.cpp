// SPDX-License-Identifier: MIT
#include "eyelid/networks/mtcnn_weights.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <limits>
#include <random>
#include <string>

#include "eyelid/core/error.hpp"
#include "eyelid/model_files/model_file.hpp"
#include "eyelid/model_files/numpy_file.hpp"
#include "eyelid/model_files/user_models.hpp"
#include "eyelid/networks/mtcnn_import.hpp"
#include "random_mtcnn.hpp"
#include "refusal.hpp"
#include "shared_data.hpp"
#include "temporary_folder.hpp"

namespace eyelid::networks {
namespace {

using testing::refusal_of;
using Bytes = std::vector<std::byte>;

Bytes bytes_of(const std::string& text) {
  Bytes bytes(text.size());
  std::memcpy(bytes.data(), text.data(), text.size());
  return bytes;
}

void expect_equal(const MtcnnWeights& a, const MtcnnWeights& b) {
  for (std::size_t i = 0; i < a.pnet.size(); i++) EXPECT_EQ(a.pnet[i].weights, b.pnet[i].weights);
  for (std::size_t i = 0; i < a.rnet.size(); i++) EXPECT_EQ(a.rnet[i].weights, b.rnet[i].weights);
  for (std::size_t i = 0; i < a.onet.size(); i++) {
    EXPECT_EQ(a.onet[i].weights, b.onet[i].weights);
    EXPECT_EQ(a.onet[i].bias, b.onet[i].bias);
    EXPECT_EQ(a.onet[i].slopes, b.onet[i].slopes);
  }
}

TEST(MtcnnWeights, ComeBackFromTheirFileAndAreRefusedInEveryPart) {
  const MtcnnWeights weights = random_mtcnn(1);
  const Bytes bytes = mtcnn_to_safetensors(weights);
  EXPECT_TRUE(is_mtcnn_safetensors(bytes, "made here"));
  const MtcnnWeights back = load_mtcnn(bytes, "made here");
  expect_equal(weights, back);
  EXPECT_EQ(back.name, "random");
  EXPECT_EQ(mtcnn_to_safetensors(back), bytes);

  std::mt19937 random(4);
  for (int round = 0; round < 200; round++) {
    Bytes cut = bytes;
    cut.resize(round < 20 ? static_cast<std::size_t>(round) : random() % bytes.size());
    EXPECT_NE(refusal_of([&] { load_mtcnn(cut, "cut"); }), "") << cut.size();
  }
  MtcnnWeights infinite = weights;
  infinite.rnet[2].weights[7] = std::numeric_limits<float>::infinity();
  EXPECT_NE(refusal_of([&] {
              load_mtcnn(mtcnn_to_safetensors(infinite), "infinite.safetensors");
            }).find("infinite.safetensors: tensor \"rnet.conv3.weight\" holds a number"),
            std::string::npos);
}

TEST(MtcnnWeights, ForeignFilesGetOneSentence) {
  EXPECT_NE(refusal_of([] {
              load_mtcnn(bytes_of("GIF89a and more"), "a.gif");
            }).find("a.gif: unknown model format"),
            std::string::npos);
  const testing::TemporaryFolder folder;
  EXPECT_NE(refusal_of([&] { load_mtcnn(folder.path()); }).find("neither pnet.pt nor det1.npy"),
            std::string::npos);
  EXPECT_NE(refusal_of([&] { load_mtcnn(folder / "absent.safetensors"); }).find("no such file"),
            std::string::npos);
  EYELID_SHARED_OR_SKIP(models, "models");
  EXPECT_NE(refusal_of([&] { load_mtcnn(models / "blazeface.pth"); }).find("expected an MTCNN"),
            std::string::npos);
  EXPECT_NE(refusal_of([&] { load_mtcnn(models / "anchors.npy"); }), "");
  // One network alone, and three that are not whole.
  std::filesystem::copy_file(models / "pnet.pt", folder / "pnet.pt");
  EXPECT_NE(refusal_of([&] { load_mtcnn(folder.path()); }).find("rnet.pt: no such file"),
            std::string::npos);
  std::filesystem::copy_file(models / "onet.pt", folder / "rnet.pt");
  std::filesystem::copy_file(models / "onet.pt", folder / "onet.pt");
  EXPECT_NE(
      refusal_of([&] { load_mtcnn(folder.path()); }).find("rnet.pt: tensor \"conv1.weight\" has"),
      std::string::npos);
}

/// The two public encodings swap x and y and turn the matrices; the networks are the same.
TEST(MtcnnWeights, PytorchAndNumpyFilesHoldTheSameNetwork) {
  EYELID_SHARED_OR_SKIP(pytorch_file, "models/pnet.pt");
  EYELID_SHARED_OR_SKIP(numpy_file, "models/det1.npy");
  const MtcnnWeights pytorch = load_mtcnn(pytorch_file), numpy = load_mtcnn(numpy_file);
  EXPECT_EQ(pytorch.format, "PyTorch");
  EXPECT_EQ(numpy.format, "numpy");
  EXPECT_EQ(mtcnn_to_safetensors(pytorch), mtcnn_to_safetensors(numpy));
  EXPECT_EQ(pytorch.license, "MIT");
  EXPECT_TRUE(pytorch.is_stored_as_color);
}

TEST(NumpyFile, CutOrDamagedNeverCrashes) {
  EYELID_SHARED_OR_SKIP(path, "models/det1.npy");
  const Bytes whole = model_files::read_model_file(path);
  std::mt19937 random(77);
  for (int round = 0; round < 400; round++) {
    Bytes damaged = whole;
    for (unsigned i = 0; i < 1 + random() % 5; i++) {
      damaged[random() % damaged.size()] = static_cast<std::byte>(random() & 0xff);
    }
    if (round % 4 == 0) damaged.resize(random() % damaged.size());
    const std::string said =
        refusal_of([&] { model_files::read_numpy_dictionary(damaged, "damaged"); });
    if (round % 4 == 0) {
      EXPECT_NE(said, "") << damaged.size();
    }
  }
}

std::string text(const std::string& value) {  // SHORT_BINSTRING
  return "U" + std::string(1, static_cast<char>(value.size())) + value;
}

/// What numpy.save of {"conv": {"weights": array}} writes, the array (2, 3) of "<f4" column by
/// column or row by row.
Bytes numpy_file(bool is_fortran, const std::string& type = "f4", const std::string& order = "<") {
  const float numbers[] = {1.0f, 2.0f, 3.0f, 4.0f, 5.0f, 6.0f};
  const std::string content(reinterpret_cast<const char*>(numbers), sizeof numbers);
  const auto array = [&](const std::string& shape,
                         const std::string& dtype,
                         const std::string& flag,
                         const std::string& data) {
    return "cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK" + std::string(1, '\0') +
           "\x85" + text("b") + "\x87R(K\x01" + shape + "cnumpy\ndtype\n" + dtype + flag + data +
           "tb";
  };
  const std::string object = text("O8") + std::string("K\0K\x01\x87R", 6);
  const std::string floats =
      text(type) + std::string("K\0K\x01\x87R(K\x03", 9) + text(order) + "tb";
  const std::string inner =
      array("K\x02K\x03\x86", floats, is_fortran ? "\x88" : "\x89", text(content));
  const std::string pickle =
      "\x80\x02" +
      array(")", object, "\x89", "](}" + text("conv") + "}" + text("weights") + inner + "sse") +
      ".";
  std::string header = "{'descr': '|O', 'fortran_order': False, 'shape': (), }\n";
  return bytes_of("\x93NUMPY\x01" + std::string(1, '\0') +
                  std::string(1, static_cast<char>(header.size())) + std::string(1, '\0') + header +
                  pickle);
}

TEST(NumpyFile, ReadsRowsAndColumnsAsTheyAreMeant) {
  const auto by_rows = model_files::read_numpy_dictionary(numpy_file(false), "made here");
  ASSERT_EQ(by_rows.size(), 1u);
  EXPECT_EQ(by_rows[0].name, "conv/weights");
  EXPECT_EQ(by_rows[0].shape, (std::vector<std::size_t>{2, 3}));
  EXPECT_EQ(by_rows[0].values, (std::vector<float>{1, 2, 3, 4, 5, 6}));
  const auto by_columns = model_files::read_numpy_dictionary(numpy_file(true), "made here");
  EXPECT_EQ(by_columns[0].values, (std::vector<float>{1, 3, 5, 2, 4, 6}));
  EXPECT_NE(refusal_of([] {
              model_files::read_numpy_dictionary(numpy_file(false, "i4"), "x.npy");
            }).find("x.npy: array \"conv/weights\" is no array of little-endian floats"),
            std::string::npos);
  EXPECT_NE(refusal_of([] {
              model_files::read_numpy_dictionary(numpy_file(false, "f8"), "x.npy");
            }).find("holds 24 bytes; expected 48"),
            std::string::npos);
  EXPECT_NE(
      refusal_of([] { model_files::read_numpy_dictionary(numpy_file(false, "f4", ">"), "x.npy"); }),
      "");
}

TEST(UserModels, AreLookedForWhereTheDesktopKeepsData) {
  const testing::TemporaryFolder folder;
  const char* before = std::getenv("XDG_DATA_HOME");
  const std::string kept = before == nullptr ? "" : before;
  setenv("XDG_DATA_HOME", folder.path().c_str(), 1);
  EXPECT_EQ(model_files::user_model_folder(), folder / "eyelid/models");
  EXPECT_FALSE(model_files::find_user_model("mtcnn.safetensors"));
  std::filesystem::create_directories(folder / "eyelid/models");
  std::ofstream(folder / "eyelid/models/mtcnn.safetensors") << "x";
  EXPECT_EQ(model_files::find_user_model("mtcnn.safetensors"),
            folder / "eyelid/models/mtcnn.safetensors");
  setenv("XDG_DATA_HOME", "relative/is/ignored", 1);
  const char* home = std::getenv("HOME");
  if (home != nullptr) {
    EXPECT_EQ(model_files::user_model_folder(),
              std::filesystem::path(home) / ".local/share/eyelid/models");
  }
  if (before == nullptr) {
    unsetenv("XDG_DATA_HOME");
  } else {
    setenv("XDG_DATA_HOME", kept.c_str(), 1);
  }
}

}  // namespace
}  // namespace eyelid::networks
