// SPDX-License-Identifier: MIT
#include "eyelid/evaluation/detector_evaluation.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "eyelid/core/error.hpp"
#include "eyelid/detection/hog_face_detector.hpp"
#include "eyelid/evaluation/face_boxes.hpp"
#include "shared_data.hpp"
#include "temporary_folder.hpp"

namespace eyelid::evaluation {
namespace {

namespace fs = std::filesystem;

/// Finds what it is told to, picture after picture; the first picture twice (warming up).
class ScriptedDetector final : public detection::FaceDetector {
 public:
  explicit ScriptedDetector(std::vector<std::vector<FaceBox>> script)
      : script_(std::move(script)) {}
  std::string_view name() const override { return "scripted"; }
  void detect(const FrameView&, std::vector<FaceBox>& faces) override {
    faces = script_.at(calls_ == 0 ? 0 : calls_ - 1);
    ++calls_;
  }
  std::unique_ptr<FaceDetector> clone() const override {
    return std::make_unique<ScriptedDetector>(script_);
  }

 private:
  std::vector<std::vector<FaceBox>> script_;
  std::size_t calls_ = 0;
};

FaceBox found(float x, float y, float side, float score) {
  return {{x, y, side, side}, score, std::nullopt};
}

/// Pictures of 200 x 100 pixels, nothing on them.
class MadeSet : public ::testing::Test {
 protected:
  void add(std::vector<AnnotatedFace> faces, bool is_complete = true) {
    AnnotatedPicture picture;
    picture.image = folder_ / (std::to_string(set_.pictures.size()) + ".pgm");
    std::ofstream stream(picture.image, std::ios::binary);
    stream << "P5\n200 100\n255\n" << std::string(200 * 100, 'x');
    picture.faces = std::move(faces);
    picture.is_complete = is_complete;
    set_.pictures.push_back(std::move(picture));
  }
  DetectorEvaluation run(std::vector<std::vector<FaceBox>> script,
                         const DetectorEvaluationOptions& options = {}) {
    ScriptedDetector detector(std::move(script));
    const DetectorUnderTest tested{&detector, nullptr};
    comparison_ = evaluate_detectors(set_, std::span(&tested, 1), options);
    return comparison_.rows.at(0);
  }
  testing::TemporaryFolder folder_;
  AnnotatedPictures set_;
  DetectorComparison comparison_;
};

TEST_F(MadeSet, CountsHitsMissesAndFalseOnes) {
  add({{Rect{10, 10, 40, 40}, {}}, {Rect{100, 10, 40, 40}, {}}});
  add({{Rect{10, 10, 40, 40}, {}}});
  add({});
  const DetectorEvaluation row = run({{found(10, 10, 40, 0.9f), found(100, 60, 30, 0.95f)},
                                      {found(12, 10, 40, 0.7f)},
                                      {found(0, 0, 20, 0.6f)}});
  EXPECT_EQ(comparison_.images, 3u);
  EXPECT_EQ(row.faces, 3u);
  EXPECT_EQ(row.true_positives, 2u);
  EXPECT_EQ(row.false_negatives, 1u);
  EXPECT_EQ(*row.false_positives, 2u);
  EXPECT_NEAR(row.recall, 2.0 / 3.0, 1e-12);
  EXPECT_NEAR(*row.precision, 0.5, 1e-12);
  EXPECT_NEAR(*row.f1, 4.0 / 7.0, 1e-12);
  // False, hit, hit, false by score over the whole set: 2/3 at both recalls.
  EXPECT_NEAR(*row.average_precision, 2.0 / 3.0 * 2.0 / 3.0, 1e-12);
  EXPECT_GT(row.ms_per_image_p95, 0.0);
  EXPECT_GE(row.ms_per_image_p95, row.ms_per_image);
}

TEST_F(MadeSet, TheCurveGoesOnBelowTheThreshold) {
  add({{Rect{10, 10, 40, 40}, {}}, {Rect{100, 10, 40, 40}, {}}});
  ScriptedDetector detector({{found(10, 10, 40, 0.9f)}});
  ScriptedDetector sensitive(
      {{found(10, 10, 40, 0.9f), found(100, 10, 40, 0.2f), found(60, 60, 30, 0.1f)}});
  const DetectorUnderTest tested{&detector, &sensitive};
  const auto comparison = evaluate_detectors(set_, std::span(&tested, 1));
  EXPECT_EQ(comparison.rows[0].true_positives, 1u);
  EXPECT_EQ(*comparison.rows[0].false_positives, 0u);
  EXPECT_DOUBLE_EQ(*comparison.rows[0].average_precision, 1.0);
}

TEST_F(MadeSet, WithoutAllFacesThereIsNoPrecision) {
  add({{Rect{10, 10, 40, 40}, {}}}, false);
  const DetectorEvaluation row = run({{found(100, 10, 40, 0.9f)}});
  EXPECT_EQ(row.false_negatives, 1u);
  EXPECT_FALSE(row.false_positives || row.precision || row.f1 || row.average_precision);
  set_.counts_false_anyway = true;
  EXPECT_EQ(*run({{found(100, 10, 40, 0.9f)}}).false_positives, 1u);
}

TEST_F(MadeSet, SmallFacesAreLeftOut) {
  add({{Rect{10, 10, 30, 30}, {}}, {Rect{100, 10, 50, 50}, {}}});
  DetectorEvaluationOptions options;
  options.min_face = 0.2;  // 40 of 200 pixels
  const DetectorEvaluation row = run({{found(10, 10, 30, 0.9f)}}, options);
  EXPECT_EQ(row.faces, 1u);
  EXPECT_EQ(row.false_negatives, 1u);
  EXPECT_EQ(*row.false_positives, 0u);
}

TEST_F(MadeSet, EyesNeedABoxThatFitsThem) {
  const AnnotatedFace eyes{std::nullopt, {{80, 40}, {100, 40}}};
  for (int i = 0; i < 5; ++i) add({eyes}, false);
  const DetectorEvaluation row = run({{found(65, 20, 50, 0.9f)},    // fits
                                      {found(65, 0, 50, 0.9f)},     // eyes in the lower half
                                      {found(82, 20, 50, 0.9f)},    // one eye outside
                                      {found(76, 30, 29, 0.9f)},    // too small
                                      {found(40, 10, 90, 0.9f)}});  // too large
  EXPECT_EQ(row.true_positives, 1u);
  EXPECT_EQ(row.false_negatives, 4u);
}

TEST_F(MadeSet, OneFaceSomewhereIsFoundByOneDetection) {
  for (int i = 0; i < 2; ++i) add({AnnotatedFace{}});
  const DetectorEvaluation row = run({{found(0, 0, 10, 0.9f), found(50, 0, 10, 0.8f)}, {}});
  EXPECT_EQ(row.true_positives, 1u);
  EXPECT_EQ(row.false_negatives, 1u);
  EXPECT_EQ(*row.false_positives, 1u);
}

TEST_F(MadeSet, BoxesOutsideAndPicturesThatCannotBeReadAreNamed) {
  add({{Rect{10, 10, 40, 40}, {}},
       {Rect{200, 10, 40, 40}, {}},
       {Rect{-50, 10, 40, 40}, {}},
       {Rect{10, 1000, 40, 40}, {}},
       {Rect{-20, 50, 40, 80}, {}}});
  add({{Rect{10, 10, 40, 40}, {}}});
  std::ofstream(set_.pictures[1].image) << "no picture";
  const DetectorEvaluation row = run({{found(10, 10, 40, 0.9f)}});
  EXPECT_EQ(row.faces, 2u);  // the one that lies partly outside stays
  EXPECT_EQ(comparison_.boxes_outside, 3u);
  EXPECT_EQ(comparison_.unreadable_images, 1u);
  ASSERT_EQ(comparison_.problems.size(), 4u);
  EXPECT_NE(comparison_.problems[0].find("a face at 200, 10 of 40 x 40 pixels"), std::string::npos);
  set_.pictures.erase(set_.pictures.begin());
  EXPECT_THROW(run({{}}), InputError);
}

TEST(DetectorEvaluation, HogFindsHelen) {
  EYELID_SHARED_OR_SKIP(helen, "data/eval/helen");
  const auto detector = detection::make_hog_detector();
  const DetectorUnderTest tested{detector.get(), nullptr};
  const DetectorComparison result =
      evaluate_detectors(read_annotated_pictures("300w:" + helen.string()), std::span(&tested, 1));
  EXPECT_EQ(result.rows[0].faces, 216u);
  EXPECT_GE(result.rows[0].recall, 0.95);
  EXPECT_FALSE(result.rows[0].precision);
}

}  // namespace
}  // namespace eyelid::evaluation
