// SPDX-License-Identifier: MIT
// Our BlazeFace against LiteRT and PyTorch on every picture of eval/yale: see
// blazeface_reference.py beside this file.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>

#include "eyelid/detection/blazeface_face_detector.hpp"
#include "eyelid/model_files/safetensors.hpp"
#include "shared_data.hpp"
#include "temporary_folder.hpp"

namespace eyelid {
namespace {

GrayImage picture_of(const model_files::SafetensorsFile& file, const std::string& name) {
  const model_files::TensorView& tensor = file.require(name, model_files::TensorType::U8);
  GrayImage image(static_cast<int>(tensor.shape.at(1)), static_cast<int>(tensor.shape.at(0)));
  const auto pixels = file.values<std::uint8_t>(name);
  for (int y = 0; y < image.height(); y++) {
    std::copy_n(pixels.data() + y * image.width(), image.width(), image.row(y));
  }
  return image;
}

float max_difference(std::span<const float> a, std::span<const float> b) {
  EXPECT_EQ(a.size(), b.size());
  float largest = 0.0f;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); i++) {
    largest = std::max(largest, std::abs(a[i] - b[i]));
  }
  return largest;
}

/// Greatest distance of box edges and keypoints from a row (17) of the reference.
float face_difference(const FaceBox& face, std::span<const float> row) {
  const float x[] = {face.box.x, face.box.y, face.box.right(), face.box.bottom()};
  const float y[] = {row[0], row[1], row[0] + row[2], row[1] + row[3]};
  float largest = max_difference(x, y);
  for (std::size_t i = 0; i < 6; i++) {  // ours lie on pixel centers
    largest = std::max(largest, std::abs((*face.keypoints)[i].x + 0.5f - row[4 + 2 * i]));
    largest = std::max(largest, std::abs((*face.keypoints)[i].y + 0.5f - row[5 + 2 * i]));
  }
  return largest;
}

void compare(const std::filesystem::path& model, const std::filesystem::path& pictures) {
  const char* python = std::getenv("EYELID_REFERENCE_PYTHON");
  if (python == nullptr) {
    GTEST_SKIP() << "EYELID_REFERENCE_PYTHON names no python with torch and ai-edge-litert";
  }
  const testing::TemporaryFolder folder;
  const std::filesystem::path answers = folder / "reference.safetensors";
  const std::string command = std::string("'") + python + "' '" + EYELID_SOURCE_DIR +
                              "/tests/reference/blazeface_reference.py' '" + model.string() +
                              "' '" + pictures.string() + "' '" + answers.string() +
                              "' >/dev/null 2>&1";
  ASSERT_EQ(std::system(command.c_str()), 0) << command;

  const auto file = model_files::SafetensorsFile::open(answers);
  const auto packed = networks::pack_blazeface(networks::load_blazeface(model));
  networks::BlazeFaceNetwork network(packed);
  const auto detector = detection::make_blazeface_detector(packed);
  std::vector<float> numbers(896 * 16);
  std::vector<FaceBox> faces;
  float logit_difference = 0.0f, number_difference = 0.0f, box_difference = 0.0f;
  int picture_count = 0, face_count = 0;
  for (const model_files::TensorView& tensor : file.tensors()) {
    const std::string::size_type ending = tensor.name.rfind("/frame");
    if (ending == std::string::npos) continue;
    const std::string name = tensor.name.substr(0, ending);
    picture_count++;
    const networks::BlazeFaceLogits& logits = network.run(picture_of(file, name + "/input"));
    network.all_box_numbers(numbers);
    logit_difference =
        std::max(logit_difference, max_difference(logits, file.values<float>(name + "/logits")));
    number_difference =
        std::max(number_difference, max_difference(numbers, file.values<float>(name + "/numbers")));

    detector->detect(picture_of(file, name + "/frame"), faces);
    const auto expected = file.values<float>(name + "/faces");
    ASSERT_EQ(faces.size(), expected.size() / 17) << name;
    for (std::size_t i = 0; i < faces.size(); i++) {
      const float difference = face_difference(faces[i], expected.subspan(17 * i, 17));
      EXPECT_LE(difference, 0.5f) << name;
      box_difference = std::max(box_difference, difference);
      face_count++;
    }
  }
  EXPECT_GT(picture_count, 0);
  EXPECT_LE(logit_difference, 1e-3f);
  EXPECT_LE(number_difference, 1e-3f);
  std::cout << model.filename() << ": " << picture_count << " pictures, " << face_count
            << " faces; largest difference of logits " << logit_difference << ", of box numbers "
            << number_difference << ", of boxes and keypoints " << box_difference << " px ("
            << network.isa() << ")\n";
}

TEST(BlazeFaceReference, EqualsLiteRtOnEveryYalePicture) {
  EYELID_SHARED_OR_SKIP(model, "models/face_detection_short_range.tflite");
  EYELID_SHARED_OR_SKIP(pictures, "data/eval/yale");
  compare(model, pictures);
}

TEST(BlazeFaceReference, EqualsPyTorchOnEveryYalePicture) {
  EYELID_SHARED_OR_SKIP(model, "models/blazeface.pth");
  EYELID_SHARED_OR_SKIP(pictures, "data/eval/yale");
  compare(model, pictures);
}

}  // namespace
}  // namespace eyelid
