// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <fstream>

#include "eyelid/core/error.hpp"
#include "eyelid/detection/hog_face_detector.hpp"
#include "eyelid/evaluation/face_boxes.hpp"
#include "eyelid/evaluation/landmark_evaluation.hpp"
#include "eyelid/landmarks/embedded_landmark_models_testing.hpp"
#include "eyelid/synthesis/portrait.hpp"
#include "shared_data.hpp"
#include "temporary_folder.hpp"

namespace eyelid::evaluation {
namespace {

namespace fs = std::filesystem;

void write_picture(const fs::path& file, const GrayImage& image) {
  std::ofstream stream(file, std::ios::binary);
  stream << "P5\n" << image.width() << " " << image.height() << "\n255\n";
  for (int y = 0; y < image.height(); ++y) {
    stream.write(reinterpret_cast<const char*>(image.row(y)), image.width());
  }
}

void write_points(const fs::path& file, const FaceLandmarks& points) {
  std::ofstream stream(file);
  stream << "version: 1\nn_points: 68\n{\n";
  for (const Point p : points) stream << p.x + 1.0f << " " << p.y + 1.0f << "\n";
  stream << "}\n";
}

/// Finds the annotated face, or nothing, picture after picture as told.
class ScriptedDetector final : public detection::FaceDetector {
 public:
  explicit ScriptedDetector(std::vector<std::vector<FaceBox>> script)
      : script_(std::move(script)) {}
  std::string_view name() const override { return "scripted"; }
  void detect(const FrameView&, std::vector<FaceBox>& faces) override {
    faces = script_.at(calls_++);
  }
  std::unique_ptr<FaceDetector> clone() const override {
    return std::make_unique<ScriptedDetector>(script_);
  }

 private:
  std::vector<std::vector<FaceBox>> script_;
  std::size_t calls_ = 0;
};

/// A 300-W folder of three rendered people, and one picture that is none.
class RenderedDataset : public ::testing::Test {
 protected:
  void SetUp() override {
    synthesis::PortraitOptions options;
    options.yaw_deg = options.pitch_deg = options.roll_deg = 5.0f;
    options.glasses = 0.0f;
    for (const int seed : {1, 2, 3}) {
      const auto portrait = synthesis::render_portrait(static_cast<std::uint64_t>(seed), options);
      write_picture(folder_ / (std::to_string(seed) + ".pgm"), portrait.image);
      write_points(folder_ / (std::to_string(seed) + ".pts"), portrait.points);
    }
    write_points(folder_ / "4.pts", synthesis::render_portrait(4, options).points);
    std::ofstream(folder_ / "4.png") << "no picture";
    dataset_ = read_300w(folder_.path());
  }

  FaceBox box_of(std::size_t face, float dx = 0.0f) const {
    Rect box = detector_box_of_hull(dataset_.faces[face].hull, "scripted");
    box.x += dx * box.width;
    return {box, 0.9f, std::nullopt};
  }

  testing::TemporaryFolder folder_;
  LandmarkDataset dataset_;
};

TEST_F(RenderedDataset, LandmarksAreComparedOnTheBoxThatFitsTheFace) {
  // Face 0: a far box beside the right one. Face 1: only a far box. Face 2: a near miss.
  ScriptedDetector detector({{box_of(0, 2.0f), box_of(0)}, {box_of(1, 0.7f)}, {box_of(2, 0.05f)}});
  const LandmarkEvaluation result =
      evaluate_landmarks(dataset_, &detector, landmarks::embedded_landmark_models());
  EXPECT_EQ(result.detector, "scripted");
  EXPECT_EQ(result.points, 12);
  EXPECT_EQ(result.accuracy.faces, 3u);
  EXPECT_EQ(result.accuracy.missed, 1u);
  EXPECT_EQ(result.accuracy.nme.count, 2u);
  EXPECT_LT(result.accuracy.nme.mean, 0.05);
  EXPECT_LT(result.accuracy.ear_error.mean, 0.08);
  EXPECT_GT(result.ms_per_face, 0.0);
  ASSERT_EQ(result.problems.size(), 1u);
  EXPECT_NE(result.problems[0].find("4.png"), std::string::npos);
}

/// Says how large a picture it was shown, and finds a face in its middle half.
class MeasuringDetector final : public detection::FaceDetector {
 public:
  std::string_view name() const override { return "measuring"; }
  void detect(const FrameView& frame, std::vector<FaceBox>& faces) override {
    width = frame.width;
    const auto w = static_cast<float>(frame.width), h = static_cast<float>(frame.height);
    faces = {{{0.25f * w, 0.25f * h, 0.5f * w, 0.5f * h}, 0.9f, std::nullopt}};
  }
  std::unique_ptr<FaceDetector> clone() const override {
    return std::make_unique<MeasuringDetector>();
  }
  int width = 0;
};

TEST_F(RenderedDataset, DetectionOnASmallerPictureGivesBoxesOfTheFullOne) {
  MeasuringDetector detector;
  LandmarkEvaluationOptions options;
  options.match_iou = 0.0;
  const auto models = landmarks::embedded_landmark_models();
  const LandmarkEvaluation full = evaluate_landmarks(dataset_, &detector, models, options);
  const int full_width = detector.width;
  options.detection_scale = 0.5;
  const LandmarkEvaluation half = evaluate_landmarks(dataset_, &detector, models, options);
  EXPECT_NEAR(detector.width, 0.5 * full_width, 0.51);
  EXPECT_EQ(half.detection_scale, 0.5);
  EXPECT_NEAR(half.accuracy.nme.mean, full.accuracy.nme.mean, 0.01);
}

TEST_F(RenderedDataset, BoxesFromTheTruthNeedNoDetector) {
  LandmarkEvaluationOptions options;
  options.points = landmarks::PointCount::SixtyEight;
  const LandmarkEvaluation result =
      evaluate_landmarks(dataset_, nullptr, landmarks::embedded_landmark_models(), options);
  EXPECT_EQ(result.detector, "truth");
  EXPECT_EQ(result.points, 68);
  EXPECT_EQ(result.accuracy.missed, 0u);
  EXPECT_LT(result.accuracy.nme.mean, 0.10);
}

TEST_F(RenderedDataset, SixtyEightPointsNeedFacesThatHaveThem) {
  for (LabeledFace& face : dataset_.faces) face.points.reset();
  LandmarkEvaluationOptions options;
  options.points = landmarks::PointCount::SixtyEight;
  EXPECT_THROW(
      evaluate_landmarks(dataset_, nullptr, landmarks::embedded_landmark_models(), options),
      InputError);
}

TEST(LandmarkModels, KeepTheirAccuracyOnHelen) {
  EYELID_SHARED_OR_SKIP(helen, "data/eval/helen");
  const auto models = landmarks::embedded_landmark_models();
  const LandmarkDataset dataset = read_300w(helen);
  const auto detector = detection::make_hog_detector();
  LandmarkEvaluationOptions options;
  const auto twelve = evaluate_landmarks(dataset, detector.get(), models, options);
  EXPECT_LE(twelve.accuracy.nme.mean, 0.024);
  EXPECT_LE(twelve.accuracy.ear_error_closed.mean, 0.06);
  EXPECT_LE(twelve.accuracy.failure_rate, 0.03);
  options.points = landmarks::PointCount::SixtyEight;
  const auto all = evaluate_landmarks(dataset, detector.get(), models, options);
  EXPECT_LE(all.accuracy.nme.mean, 0.054);
}

}  // namespace
}  // namespace eyelid::evaluation
