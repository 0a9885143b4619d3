// SPDX-License-Identifier: MIT
// The embedded detector on rendered faces in every precision: it agrees with single precision, the
// fast kernels agree with their definitions, and no frame allocates memory.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdlib>
#include <memory>
#include <new>
#include <optional>
#include <vector>

#include "eyelid/core/error.hpp"
#include "eyelid/detection/blazeface_face_detector.hpp"
#include "eyelid/frames/letterbox.hpp"
#include "eyelid/model_files/embedded_models.hpp"
#include "eyelid/synthesis/portrait.hpp"

namespace {
std::atomic<long> allocations = 0;

void* counted(std::size_t size, std::size_t alignment) {
  allocations++;
  const std::size_t rounded = (size + alignment - 1) / alignment * alignment;
  void* memory = std::aligned_alloc(alignment, std::max(rounded, alignment));
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
}  // namespace

void* operator new(std::size_t size) { return counted(size, alignof(std::max_align_t)); }
void* operator new[](std::size_t size) { return counted(size, alignof(std::max_align_t)); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return counted(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return counted(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }

namespace eyelid {
namespace {

using networks::BlazeFaceNetwork;
using networks::Precision;

networks::BlazeFaceWeights embedded_weights() {
  return networks::load_blazeface(model_files::embedded_model("blazeface_gray.safetensors"),
                                  "embedded");
}

/// Of this processor; none where it has no kernels for this precision.
std::unique_ptr<detection::FaceDetector> detector_in(Precision precision) {
  try {
    return detection::make_blazeface_detector(
        networks::pack_blazeface(embedded_weights(), precision));
  } catch (const DeviceError&) {
    return nullptr;
  }
}

const std::vector<GrayImage>& rendered_faces() {
  static const std::vector<GrayImage> faces = [] {
    std::vector<GrayImage> images;
    for (std::uint64_t person = 0; person < 4; person++) {
      const synthesis::PortraitSubject sitter(77 + person);
      for (std::uint64_t i = 0; i < 5; i++) images.push_back(sitter.portrait(i).image);
    }
    return images;
  }();
  return faces;
}

class Precisions : public ::testing::TestWithParam<Precision> {};

// Every number is off by up to 0.4 % in bf16, by half a step of 255 in int8. What may come of that:
// a score that moves by a few hundredths, and an eye by 1 % (int8: 3 %) of the face's width.
TEST_P(Precisions, FindTheSameRenderedFacesAsSinglePrecision) {
  const auto exact = detector_in(Precision::F32);
  const auto detector = detector_in(GetParam());
  if (detector == nullptr) GTEST_SKIP() << "this processor has no kernels for it";
  const bool is_int8 = GetParam() == Precision::Int8;
  std::vector<FaceBox> expected, found;
  int faces = 0;
  for (const GrayImage& image : rendered_faces()) {
    exact->detect(image, expected);
    detector->detect(image, found);
    ASSERT_EQ(found.size(), expected.size());
    for (std::size_t i = 0; i < found.size(); i++, faces++) {
      const float limit_px = (is_int8 ? 0.03f : 0.01f) * expected[i].box.width;
      EXPECT_NEAR(found[i].score, expected[i].score, is_int8 ? 0.08f : 0.02f);
      EXPECT_NEAR(found[i].box.x, expected[i].box.x, limit_px);
      EXPECT_NEAR(found[i].box.y, expected[i].box.y, limit_px);
      EXPECT_NEAR(found[i].box.width, expected[i].box.width, limit_px);
      for (std::size_t k = 0; k < 2; k++) {  // the eyes
        EXPECT_LT(distance((*found[i].keypoints)[k], (*expected[i].keypoints)[k]), limit_px);
      }
    }
  }
  EXPECT_GE(faces, 19);
}

TEST_P(Precisions, FastKernelsGiveWhatTheDefinitionGives) {
  const auto packed = networks::pack_blazeface(embedded_weights(), GetParam());
  std::optional<BlazeFaceNetwork> fast;
  try {
    fast.emplace(packed);
  } catch (const DeviceError&) {
    GTEST_SKIP() << "this processor has no kernels for it";
  }
  BlazeFaceNetwork definition = BlazeFaceNetwork::by_definition(packed);
  frames::Letterbox letterbox(networks::kBlazeFaceInput_px);
  for (std::size_t i = 0; i < 3; i++) {
    const GrayImage& input = letterbox.fit(rendered_faces()[5 * i]);
    const networks::BlazeFaceLogits expected = definition.run(input);
    const networks::BlazeFaceLogits& found = fast->run(input);
    for (std::size_t j = 0; j < found.size(); j++) {
      // Sums of bf16 depend on their order, and then on which side of a tie they fall; the others
      // are equal bit for bit.
      const float limit = GetParam() == Precision::Bf16 ? 0.15f : 0.0f;
      ASSERT_NEAR(found[j], expected[j], limit) << "picture " << i << " anchor " << j;
    }
  }
}

TEST_P(Precisions, AllocateNothingPerFrame) {
  const auto detector = detector_in(GetParam());
  if (detector == nullptr) GTEST_SKIP() << "this processor has no kernels for it";
  std::vector<FaceBox> faces;
  for (const GrayImage& image : rendered_faces()) detector->detect(image, faces);
  const long before = allocations;
  for (const GrayImage& image : rendered_faces()) detector->detect(image, faces);
  EXPECT_EQ(allocations - before, 0);
  const auto counted_too = std::make_unique<int>(1);
  EXPECT_GT(allocations - before, 0) << "nothing is counted";
}

TEST(PrecisionOfTheFile, Int8NeedsScales) {
  networks::BlazeFaceWeights weights = embedded_weights();
  weights.int8 = {};
  EXPECT_THROW(networks::pack_blazeface(weights, Precision::Int8), InputError);
}

INSTANTIATE_TEST_SUITE_P(All,
                         Precisions,
                         ::testing::Values(Precision::F32, Precision::Bf16, Precision::Int8),
                         [](const auto& test) { return std::string(name_of(test.param)); });

}  // namespace
}  // namespace eyelid
