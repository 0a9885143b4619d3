// SPDX-License-Identifier: MIT
#include "training/landmarks/example_builder.hpp"

#include <gtest/gtest.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "eyelid/landmarks/patch.hpp"
#include "training/landmarks/degrade.hpp"

namespace eyelid::training {
namespace {

TrainingFaces rendered_faces() {
  TrainingFaces faces;
  faces.add_rendered(2, 3, 77);
  return faces;
}

double mean_x(const ShapeExamples& examples, std::size_t point) {
  double sum = 0.0;
  for (std::size_t i = 0; i < examples.patches.size(); ++i) sum += examples.shape(i)[point].x;
  return sum / static_cast<double>(examples.patches.size());
}

ExampleOptions four_copies() {
  ExampleOptions options;
  options.rendered_copies = 4;
  return options;
}

TEST(TrainingFace, MirroredTwiceIsTheSameFace) {
  const TrainingFace face = rendered_faces().load(0);
  const TrainingFace mirrored = face.mirrored();
  EXPECT_LT(mirrored.eyes.right[0].x, mirrored.eyes.left[0].x);
  EXPECT_EQ(mirrored.eyes.right[1].y, face.eyes.left[2].y);
  EXPECT_EQ(mirrored.image.row(10)[0], face.image.row(10)[face.image.width() - 1]);
  const TrainingFace twice = mirrored.mirrored();
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_NEAR(distance(twice.eyes.left[i], face.eyes.left[i]), 0.0f, 1e-4f);
  }
  for (std::size_t i = 0; i < 68; ++i) {
    EXPECT_NEAR(distance((*twice.points)[i], (*face.points)[i]), 0.0f, 1e-4f);
  }
}

TEST(ExampleBuilder, PlacesPatchesAsTrackingDoes) {
  const auto one = make_one_eye_examples(rendered_faces(), four_copies());
  ASSERT_EQ(one.patches.size(), 48u);
  EXPECT_NEAR(mean_x(one, 3) - mean_x(one, 0), 32.0 / 64.0, 0.03);
  // Mirrored left eyes have their outer corner on the left, like right ones.
  for (std::size_t i = 0; i < one.patches.size(); ++i) {
    EXPECT_LT(one.shape(i)[0].x, one.shape(i)[3].x);
    EXPECT_LE(one.shape(i)[1].y, one.shape(i)[5].y + 0.02f);
  }

  const auto face = make_face_examples(rendered_faces(), four_copies());
  ASSERT_EQ(face.patches.size(), 24u);
  EXPECT_NEAR(mean_x(face, 30), 0.5, 0.06);

  const auto region = make_eye_region_examples(rendered_faces(), four_copies());
  ASSERT_EQ(region.patches.size(), 24u);
  for (std::size_t i = 0; i < region.patches.size(); ++i) {
    EXPECT_LT(region.shape(i)[2].y, region.shape(i)[10 + 1].y);   // the brow is above the lid
    EXPECT_LT(region.shape(i)[10 + 3].x, region.shape(i)[16].x);  // the right eye on the left
  }
}

TEST(CastShadow, DarkensOneSideOnly) {
  synthesis::Random random(1, 1);
  for (int i = 0; i < 50; ++i) {
    GrayImage patch(64, 48);
    for (int y = 0; y < 48; ++y) std::fill_n(patch.row(y), 64, std::uint8_t{200});
    cast_shadow(patch, random);
    const std::array<int, 4> corners = {
        patch.row(0)[0], patch.row(0)[63], patch.row(47)[0], patch.row(47)[63]};
    const auto [dark, bright] = std::ranges::minmax(corners);
    EXPECT_LE(bright, 200);
    EXPECT_LT(dark, bright - 10);
    EXPECT_GE(dark, 20);  // at least a tenth of the light is left
  }
}

TEST(Shine, BrightensTheLidAboveItsEdgeAlone) {
  synthesis::Random random(7, 1);
  const EyePoints eye = {{{18, 26}, {27, 20}, {37, 20}, {46, 26}, {37, 28}, {27, 28}}};
  for (int i = 0; i < 50; ++i) {
    GrayImage patch(64, 48);
    for (int y = 0; y < 48; ++y) std::fill_n(patch.row(y), 64, std::uint8_t{100});
    shine(patch, eye, random);
    int brightest = 0;
    for (int y = 0; y < 24; ++y) {
      brightest = std::max<int>(brightest, *std::max_element(patch.row(y), patch.row(y) + 64));
    }
    EXPECT_GT(brightest, 110);
    for (int x = 24; x <= 40; ++x) {
      ASSERT_EQ(patch.row(24)[x], 100);  // between the lids
      ASSERT_EQ(patch.row(36)[x], 100);  // under the eye
    }
  }
}

TEST(ExampleBuilder, SameExamplesForAnyNumberOfThreads) {
  const auto make = [](int threads) {
    tbb::task_arena arena(threads);
    return arena.execute([] { return make_one_eye_examples(rendered_faces(), four_copies()); });
  };
  const ShapeExamples one = make(1);
  const ShapeExamples two = make(2);
  EXPECT_EQ(one.shapes, two.shapes);
  for (std::size_t i = 0; i < one.patches.size(); ++i) {
    for (int y = 0; y < one.patches[i].height(); ++y) {
      ASSERT_TRUE(std::equal(one.patches[i].row(y),
                             one.patches[i].row(y) + one.patches[i].width(),
                             two.patches[i].row(y)));
    }
  }
}

TEST(SceneSplit, KeepsScenesTogetherAndIsRepeatable) {
  std::vector<evaluation::LabeledFace> faces(400);
  for (std::size_t i = 0; i < faces.size(); ++i) faces[i].scene = std::to_string(i / 2);
  const SceneSplit split = split_by_scene(faces, 0.25);
  EXPECT_EQ(split.training.size() + split.held_out.size(), 400u);
  EXPECT_NEAR(static_cast<double>(split.held_out.size()), 100.0, 30.0);
  for (std::size_t i = 0; i < split.held_out.size(); i += 2) {
    EXPECT_EQ(split.held_out[i].scene, split.held_out[i + 1].scene);
  }
  EXPECT_TRUE(split_by_scene(faces, 0.0).held_out.empty());
}

}  // namespace
}  // namespace eyelid::training
