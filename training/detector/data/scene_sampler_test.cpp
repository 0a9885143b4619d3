// SPDX-License-Identifier: MIT
#include "training/detector/data/scene_sampler.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>

#include "eyelid/core/error.hpp"
#include "eyelid/synthesis/portrait.hpp"
#include "shared_data.hpp"
#include "temporary_folder.hpp"
#include "training/detector/data/face_finder.hpp"
#include "training/detector/data/held_out_check.hpp"

namespace eyelid::training {
namespace {

std::shared_ptr<const SceneLibrary> rendered_library() {
  static const auto library = std::make_shared<const SceneLibrary>(
      load_scenes({{"rendered:12", std::nullopt}}, nullptr, LibraryOptions{}));
  return library;
}

TEST(SceneSampler, SamplesDependOnSeedAndIndexOnly) {
  const SceneSampler sampler(rendered_library(), nullptr);
  SamplerOptions other_seed;
  other_seed.seed = 2;
  TrainingSample first, between, again, other;
  sampler.make(5, first);
  for (std::uint64_t i = 0; i < 20; ++i) sampler.make(i, between);
  sampler.make(5, again);
  SceneSampler(rendered_library(), nullptr, other_seed).make(5, other);
  EXPECT_EQ(first.pixels, again.pixels);
  ASSERT_EQ(first.faces.size(), again.faces.size());
  for (std::size_t i = 0; i < first.faces.size(); ++i) {
    EXPECT_EQ(first.faces[i].box, again.faces[i].box);
    EXPECT_EQ(first.faces[i].keypoints, again.faces[i].keypoints);
  }
  EXPECT_NE(first.pixels, other.pixels);
  EXPECT_NE(first.pixels, between.pixels);
}

TEST(SceneSampler, LabelsAreUprightSquaresOfTheAskedSizesAndMostlyVisible) {
  const SamplerOptions options;
  const SceneSampler sampler(rendered_library(), nullptr, options);
  TrainingSample sample;
  std::size_t faces = 0;
  for (std::uint64_t i = 0; i < 400; ++i) {
    sampler.make(i, sample);
    for (const float pixel : sample.pixels) {
      ASSERT_GE(pixel, -1.0f);
      ASSERT_LE(pixel, 1.0f);
    }
    for (const LabeledFace& face : sample.faces) {
      ++faces;
      EXPECT_NEAR(face.box.width, face.box.height, 1e-3f);
      EXPECT_GE(face.box.height, options.min_label_px);
      EXPECT_LE(face.box.height, 1.4f * options.max_face_px);
      const Point center = face.box.center();
      EXPECT_TRUE(center.x > 0 && center.y > 0 && center.x < 128 && center.y < 128);
      // Upright within the roll: the subject's right eye is on the left, mirrored or not.
      EXPECT_LT(face.keypoints[0].x, face.keypoints[1].x);
      EXPECT_LT(face.keypoints[4].x, face.keypoints[5].x);
      EXPECT_LT(face.keypoints[0].y, face.keypoints[3].y);
    }
  }
  EXPECT_GT(faces, 300u);
}

// A picture with a bright spot at each eye: wherever the sample lies, the keypoints are on them.
TEST(SceneSampler, KeypointsStayOnThePictureThroughEveryMove) {
  auto library = std::make_shared<SceneLibrary>();
  SceneGroup group;
  group.weight = 1.0;
  TrainingScene scene;
  ColorPicture picture(300, 300);
  std::fill(picture.rgb.begin(), picture.rgb.end(), std::uint8_t{60});
  KnownFace face;
  face.box = {75.0f, 75.0f, 150.0f, 150.0f};
  face.keypoints = {Point{115, 120},
                    Point{185, 130},
                    Point{150, 160},
                    Point{150, 190},
                    Point{80, 130},
                    Point{220, 130}};
  face.keypoint_weight = {1, 1, 1, 1, 1, 1};
  for (std::size_t eye = 0; eye < 2; ++eye) {
    const std::uint8_t level = eye == 0 ? 255 : 170;
    const Point p = face.keypoints[eye];
    for (int y = -7; y <= 7; ++y) {
      for (int x = -7; x <= 7; ++x) {
        if (x * x + y * y > 49) continue;
        std::fill_n(
            picture.row(static_cast<int>(p.y) + y) + 3 * (static_cast<int>(p.x) + x), 3, level);
      }
    }
  }
  scene.picture = PicturePyramid(std::move(picture));
  scene.faces.push_back(face);
  group.scenes.push_back(std::move(scene));
  group.picks.push_back({0, 0, 1.0f});
  library->groups.push_back(std::move(group));
  SamplerOptions options;
  options.is_degraded = false;
  options.min_face_px = 50.0f;
  options.mosaics = options.pasted = options.hidden = options.glasses = 0.0;
  const SceneSampler sampler(library, nullptr, options);
  TrainingSample sample;
  int mirrored = 0, checked = 0;
  for (std::uint64_t i = 0; i < 100; ++i) {
    sampler.make(i, sample);
    if (sample.faces.size() != 1) continue;
    const auto level_at = [&](Point edge) {
      const auto x = static_cast<std::size_t>(std::floor(edge.x));
      const auto y = static_cast<std::size_t>(std::floor(edge.y));
      return x < 128 && y < 128 ? sample.pixels[y * 128 + x] : -2.0f;
    };
    const float right = level_at(sample.faces[0].keypoints[0]);
    const float left = level_at(sample.faces[0].keypoints[1]);
    if (right < -1.0f || left < -1.0f) continue;
    EXPECT_NEAR(std::max(right, left), 255.0f / 127.5f - 1.0f, 0.06f) << i;
    EXPECT_NEAR(std::min(right, left), 170.0f / 127.5f - 1.0f, 0.06f) << i;
    mirrored += right < left ? 1 : 0;
    ++checked;
  }
  EXPECT_GT(checked, 50);
  EXPECT_GT(mirrored, 15);
  EXPECT_LT(mirrored, checked - 15);
}

TEST(FaceLabels, FivePointsMakeABoxMuchLikeThatOf68) {
  const auto& scenes = rendered_library()->groups[0].scenes;
  for (const TrainingScene& scene : scenes) {
    const KnownFace& face = scene.faces[0];
    const std::vector<Point> five = {
        face.keypoints[0], face.keypoints[1], face.points[30], face.points[48], face.points[54]};
    const KnownFace guessed = face_of_five_points(five, std::nullopt);
    EXPECT_GT(iou(guessed.box, face.box), 0.6f);
    EXPECT_EQ(guessed.keypoints[1], face.keypoints[1]);
    EXPECT_EQ(guessed.keypoint_weight[4], 0.0f);
    EXPECT_EQ(face_of_five_points(five, face.box).box, face.box);
  }
}

TEST(FaceLabels, MirroringTwiceChangesNothing) {
  const KnownFace& face = rendered_library()->groups[0].scenes[0].faces[0];
  const Placement mirror = placement_of({50, 50}, {60, 40}, 0.7f, 0.3f, true);
  const KnownFace there = moved(face, mirror);
  EXPECT_LT(there.keypoints[0].x, there.keypoints[1].x);
  // Boxes do not turn with the face: theirs are compared unturned.
  const Placement flip = placement_of({50, 50}, {60, 40}, 0.7f, 0.0f, true);
  KnownFace boxed = face;
  boxed.points.clear();
  const KnownFace of_points = moved(face, flip), of_box = moved(boxed, flip);
  EXPECT_NEAR(of_points.box.x, of_box.box.x, 0.1f);
  EXPECT_NEAR(of_points.box.y, of_box.box.y, 0.1f);
  EXPECT_NEAR(of_points.box.width, of_box.box.width, 0.1f);
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_LT(distance(of_points.keypoints[i], of_box.keypoints[i]), 1e-2f) << i;
  }
}

TEST(HeldOut, IsAFixedShareOfNames) {
  int count = 0;
  for (int i = 0; i < 10000; ++i) {
    const std::string name = "scene_" + std::to_string(i);
    count += is_held_out(name, 0.12) ? 1 : 0;
    EXPECT_EQ(is_held_out(name, 0.12), is_held_out(name, 0.12));
    EXPECT_TRUE(!is_held_out(name, 0.05) || is_held_out(name, 0.12));
  }
  EXPECT_NEAR(count, 1200, 120);
}

// A network that sees nothing: every anchor has this score and a box of 4 pixels.
networks::BlazeFaceWeights blind_weights(float logit) {
  networks::BlazeFaceWeights weights;
  networks::for_each_convolution(
      weights, [&](const std::string& name, auto& layer, const std::vector<std::size_t>& shape) {
        layer.weights.assign(shape[0] * shape[1] * shape[2] * shape[3], 0.0f);
        layer.bias.assign(shape[0], name.starts_with("scores") ? logit : 0.0f);
        if (!name.starts_with("boxes")) return;
        for (std::size_t i = 0; i < shape[0]; ++i) layer.bias[i] = i % 16 / 2 == 1 ? 4.0f : 0.0f;
      });
  return weights;
}

TEST(HeldOut, CountsWhatIsMissedAndWhatIsFalse) {
  SceneLibrary library;
  for (int i = 0; i < 3; ++i) {
    HeldOutScene& scene = library.held_out.emplace_back();
    scene.image = gray_of(ColorPicture(64, 48));
    scene.set = i < 2 ? "first" : "second";
    scene.faces.resize(2);
    scene.faces[0].box = {10.0f, 10.0f, 20.0f, 20.0f};
    scene.faces[1].box = {40.0f, 10.0f, 5.0f, 5.0f};  // too small to count
  }
  constexpr float kThresholds[] = {0.5f, 0.9f};
  const auto nothing = check_on_held_out(library, blind_weights(-5.0f), kThresholds);
  ASSERT_EQ(nothing.size(), 3u);
  EXPECT_EQ(nothing[0].set, "first");
  EXPECT_EQ(nothing[0].thresholds[1].faces, 2);
  EXPECT_EQ(nothing[2].set, "all");
  EXPECT_EQ(nothing[2].pictures, 3);
  EXPECT_EQ(nothing[2].thresholds[0].faces, 3);
  EXPECT_EQ(nothing[2].thresholds[0].found, 0);
  EXPECT_EQ(nothing[2].thresholds[0].false_detections, 0);
  // Points everywhere: all false, at the lower threshold only.
  const auto everywhere = check_on_held_out(library, blind_weights(1.0f), kThresholds);
  EXPECT_GT(everywhere[2].thresholds[0].false_detections, 100);
  EXPECT_EQ(everywhere[2].thresholds[1].false_detections, 0);
  EXPECT_EQ(everywhere[2].thresholds[0].found, 0);
}

TEST(HeldOut, ThePublicModelFindsItsPortraits) {
  EYELID_SHARED_OR_SKIP(model, "models/face_detection_short_range.tflite");
  EYELID_SHARED_OR_SKIP(helen, "data/train/helen");
  const SceneLibrary library =
      load_scenes({{"300w:" + helen.string(), std::nullopt}}, nullptr, LibraryOptions{});
  constexpr float kThresholds[] = {0.5f};
  const auto sets = check_on_held_out(library, networks::load_blazeface(model), kThresholds);
  EXPECT_GT(sets.back().pictures, 60);
  EXPECT_GT(sets.back().thresholds[0].recall(), 0.99);
  EXPECT_LT(sets.back().eye_error, 0.065);
}

TEST(FaceFinder, FindsTheSameAgainFromItsMemory) {
  EYELID_SHARED_OR_SKIP(model, "models/face_detection_short_range.tflite");
  const Teacher teacher(model);
  const testing::TemporaryFolder folder;
  const PicturePyramid picture(color_of(synthesis::render_portrait(3).image));
  const FaceFinder first(teacher, folder / "finds");
  const std::vector<FoundFace> found = first.find(picture, {}, true);
  ASSERT_FALSE(found.empty());
  first.save();
  const auto size = std::filesystem::file_size(folder / "finds");
  const FaceFinder second(teacher, folder / "finds");
  const std::vector<FoundFace> again = second.find(picture, {}, true);
  ASSERT_EQ(again.size(), found.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    EXPECT_EQ(again[i].face.box, found[i].face.box);
    EXPECT_EQ(again[i].face.keypoints, found[i].face.keypoints);
    EXPECT_EQ(again[i].score, found[i].score);
    EXPECT_EQ(again[i].is_confirmed, found[i].is_confirmed);
  }
  // A face that is known is none of the finds; a damaged memory is begun anew.
  const std::vector<KnownFace> known = {found[0].face};
  EXPECT_LT(second.find(picture, known, true).size(), found.size());
  std::filesystem::resize_file(folder / "finds", size - 20);
  EXPECT_EQ(FaceFinder(teacher, folder / "finds").find(picture, {}, true).size(), found.size());
}

TEST(SceneLibrary, DamagedPicturesAreNamedAndLeftOutOrStopTheRun) {
  const testing::TemporaryFolder folder;
  const auto portrait = synthesis::render_portrait(1);
  std::ofstream good(folder / "good.pgm", std::ios::binary);
  good << "P5\n320 320\n255\n";
  for (int y = 0; y < 320; ++y) {
    good.write(reinterpret_cast<const char*>(portrait.image.row(y)), 320);
  }
  good.close();
  std::ofstream(folder / "bad.jpg") << "\xff\xd8\xff\xe0 and then nothing";
  std::ofstream list(folder / "faces.jsonl");
  const Rect& box = portrait.face_box;
  for (const char* name : {"good.pgm", "bad.jpg", "absent.png"}) {
    list << R"({"image": ")" << name << R"(", "complete": true, "faces": [{"box": [)" << box.x
         << "," << box.y << "," << box.width << "," << box.height << "]}]}\n";
  }
  list.close();
  const std::vector<DatasetChoice> choices = {
      {"jsonl:" + (folder / "faces.jsonl").string(), std::nullopt}};
  LibraryOptions options;
  options.held_out_share = 0.0;
  const SceneLibrary library = load_scenes(choices, nullptr, options);
  EXPECT_EQ(library.groups[0].scenes.size(), 1u);
  ASSERT_EQ(library.problems.size(), 2u);
  EXPECT_NE(library.problems[0].find("absent.png is absent"), std::string::npos);
  EXPECT_NE(library.problems[1].find("bad.jpg"), std::string::npos);
  options.stops_at_damage = true;
  EXPECT_THROW(load_scenes(choices, nullptr, options), InputError);
}

// The teacher itself finds what it is shown: its box of a HELEN face is the label's.
TEST(Teacher, AgreesWithTheBoxesMadeOfPoints) {
  EYELID_SHARED_OR_SKIP(model, "models/face_detection_short_range.tflite");
  EYELID_SHARED_OR_SKIP(helen, "data/train/helen");
  const Teacher teacher(model);
  LibraryOptions options;
  options.held_out_share = 0.9;  // few pictures to load; teacher not asked for more faces
  const auto library = std::make_shared<SceneLibrary>(
      load_scenes({{"300w:" + helen.string(), std::nullopt}}, nullptr, options));
  EXPECT_TRUE(library->problems.empty());
  SamplerOptions clean;
  clean.is_degraded = false;
  clean.mosaics = clean.pasted = clean.without_face = 0.0;
  clean.min_face_px = 40.0f;
  clean.max_face_px = 90.0f;
  const SceneSampler sampler(library, nullptr, clean);
  double total = 0.0;
  int labels = 0, found = 0;
  for (std::uint64_t i = 0; i < 100; ++i) {
    TrainingSample sample;
    ColorCanvas canvas;
    sampler.make(i, sample, canvas);
    const std::vector<FaceBox> finds = teacher.find(canvas, 0.5f);
    for (const LabeledFace& face : sample.faces) {
      ++labels;
      float best = 0.0f;
      for (const FaceBox& find : finds) best = std::max(best, iou(find.box, face.box));
      if (best < 0.5f) continue;
      ++found;
      total += best;
    }
  }
  EXPECT_GT(labels, 80);
  EXPECT_GT(found, labels * 8 / 10);
  EXPECT_GT(total / found, 0.84);
}

}  // namespace
}  // namespace eyelid::training
