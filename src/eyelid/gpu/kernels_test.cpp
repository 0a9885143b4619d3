// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "eyelid/core/error.hpp"
#include "eyelid/core/half.hpp"
#include "eyelid/detection/weighted_suppression.hpp"
#include "eyelid/frames/letterbox.hpp"
#include "eyelid/gpu/emulated_device_testing.hpp"
#include "eyelid/gpu/gpu_testing.hpp"
#include "eyelid/kernels/warp_patch/cuda_patch.hpp"
#include "eyelid/landmarks/patch.hpp"
#include "eyelid/landmarks/random_shape_model.hpp"
#include "eyelid/landmarks/shape_model.hpp"
#include "random_blazeface.hpp"
#include "random_point_network.hpp"

namespace eyelid::gpu {
namespace {

using kernels::gpu::ThreadOrder;

TEST(GpuLetterbox, GivesThePixelsOfTheCpu) {
  const std::pair<int, int> sizes[] = {
      {640, 480}, {641, 479}, {128, 128}, {1, 1}, {7, 300}, {97, 33}, {1920, 1080}, {3000, 2}};
  for (const auto& [width, height] : sizes) {
    for (const ThreadOrder order : {ThreadOrder::Forward, ThreadOrder::Backward}) {
      const FramePlan plan = plan_frames(width, height);
      PoisonedMemory tables = emulated_copy(plan.image);
      const PlanPointers pointers = plan_pointers(plan, tables.address());
      PoisonedMemory frames(2 * plan.frame_bytes);
      PoisonedMemory inputs(2 * 128 * 128 + 64);
      std::vector<GrayImage> pictures;
      for (unsigned i = 0; i < 2; i++) {
        pictures.push_back(random_picture(width, height, 3 + i));
        for (int y = 0; y < height; y++) {
          std::memcpy(frames.data() + i * plan.frame_bytes + y * plan.row_bytes,
                      pictures[i].row(y),
                      static_cast<std::size_t>(width));
        }
      }
      using kernels::gpu::Letterbox;
      const kernels::gpu::LetterboxArguments arguments{
          reinterpret_cast<const std::uint8_t*>(frames.data()),
          plan.frame_bytes,
          plan.row_bytes,
          width,
          2,
          128,
          pointers.row_taps,
          pointers.column_taps,
          pointers.weights,
          reinterpret_cast<std::uint8_t*>(inputs.data())};
      kernels::gpu::emulate<Letterbox>(
          arguments, 2 * 128 / Letterbox::kRows, Letterbox::shared_bytes(plan.row_bytes), order);
      for (unsigned i = 0; i < 2; i++) {
        frames::Letterbox letterbox(128);
        const GrayImage& expected = letterbox.fit(pictures[i]);
        for (int y = 0; y < 128; y++) {
          for (int x = 0; x < 128; x++) {
            ASSERT_EQ(arguments.inputs[(static_cast<int>(i) * 128 + y) * 128 + x],
                      expected.row(y)[x])
                << width << "x" << height << " at " << x << "," << y;
          }
        }
      }
      for (int i = 0; i < 64; i++) ASSERT_EQ(arguments.inputs[2 * 128 * 128 + i], 0xff);
    }
  }
}

TEST(GpuLetterbox, RefusesFramesTooWide) {
  EXPECT_THROW(plan_frames(kWidestFrame_px + 1, 2), InputError);
}

struct FaceCase {
  float threshold;  // on the logits
  bool is_half;
};
class GpuFindFaces : public ::testing::TestWithParam<FaceCase> {};

TEST_P(GpuFindFaces, DecodesJoinsAndMovesAsTheCpu) {
  const auto [threshold, is_half] = GetParam();
  for (unsigned seed = 0; seed < 6; seed++) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    auto weights = networks::random_weights(seed);
    for (float& b : weights.boxes_16.bias) b = 20.0f;
    for (float& b : weights.boxes_8.bias) b = 30.0f;
    const auto models = models_with(weights);
    PoisonedMemory memory = emulated_copy(*models);
    const ModelPointers pointers = models->pointers(memory.address());
    std::vector<float> logits(896), features(256 * 88 + 64 * 96);
    for (float& logit : logits) logit = std::round(2.0f * normal(random)) / 2.0f;  // with ties
    std::vector<std::uint16_t> halves(features.size());
    for (std::size_t i = 0; i < features.size(); i++) {
      features[i] = std::fabs(normal(random));
      halves[i] = half_from_float(features[i]);
      if (is_half) features[i] = float_from_half(halves[i]);
    }
    std::vector<FaceRecord> records(kMaxFaces + 1);
    std::memset(static_cast<void*>(records.data()), 0xee, records.size() * sizeof(FaceRecord));
    std::int32_t count = -1;
    const FindFacesArguments arguments{
        logits.data(),
        is_half ? static_cast<const void*>(halves.data()) : features.data(),
        is_half ? static_cast<const void*>(halves.data() + 256 * 88) : features.data() + 256 * 88,
        is_half ? 1 : 0,
        pointers.boxes_16,
        pointers.boxes_8,
        threshold,
        0.3f,
        {5.0f, 0.0f, 16.0f},
        records.data(),
        &count};
    kernels::gpu::emulate<FindFaces>(arguments,
                                     1,
                                     FindFaces::kSharedBytes,
                                     seed % 2 == 0 ? ThreadOrder::Forward : ThreadOrder::Backward);

    const auto joiner = std::make_unique<detection::CandidateJoiner>();
    std::vector<detection::FaceCandidate> faces;
    for (std::size_t a = 0; a < 896; a++) {
      if (!(logits[a] >= threshold)) continue;
      const bool is_16 = a < 512;
      const std::size_t channels = is_16 ? 88 : 96, per_cell = is_16 ? 2 : 6;
      const std::size_t in_map = is_16 ? a : a - 512;
      const auto& layer = is_16 ? weights.boxes_16 : weights.boxes_8;
      const float* pixel = features.data() + (is_16 ? 0 : 256 * 88) + in_map / per_cell * channels;
      std::array<float, 16> numbers;
      for (std::size_t j = 0; j < 16; j++) {
        const std::size_t output = in_map % per_cell * 16 + j;
        numbers[j] = layer.bias[output];
        for (std::size_t k = 0; k < channels; k++) {
          const float weight = layer.weights[output * channels + k];
          numbers[j] = std::fma(pixel[k], weight, numbers[j]);
        }
      }
      joiner->add(detection::decode_box(numbers.data(),
                                        detection::anchor_center(static_cast<int>(a)),
                                        detection::sigmoid(logits[a])));
    }
    joiner->join(0.3f, faces);
    ASSERT_EQ(count, std::min(static_cast<int>(faces.size()), kMaxFaces)) << "seed " << seed;
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); i++) {
      const detection::FaceCandidate expected =
          detection::moved_to_frame(faces[i], arguments.placement);
      ASSERT_EQ(records[i].score, expected.score);
      ASSERT_EQ(records[i].box, expected.box);
      ASSERT_EQ(records[i].keypoints, expected.keypoints);
    }
    std::int32_t guard;
    std::memcpy(&guard, &records[static_cast<std::size_t>(count)], sizeof guard);
    EXPECT_EQ(guard, static_cast<std::int32_t>(0xeeeeeeee)) << "wrote behind the last face";
  }
}
// None, a handful, most of the 896 anchors.
INSTANTIATE_TEST_SUITE_P(Thresholds,
                         GpuFindFaces,
                         ::testing::Values(FaceCase{9.0f, true},
                                           FaceCase{2.0f, true},
                                           FaceCase{2.0f, false},
                                           FaceCase{-1.0f, true}));

TEST(GpuPatch, GivesThePixelsOfTheCpuAtEveryScale) {
  std::mt19937 random(5);
  std::uniform_real_distribution<float> uniform(-1.0f, 1.0f);
  const GrayImage picture = random_picture(413, 277, 9);
  int factors = 0;
  for (int i = 0; i < 60; i++) {
    // Eyes anywhere, also outside, from 10 to 800 pixels apart.
    const Point right{200.0f + 250.0f * uniform(random), 140.0f + 160.0f * uniform(random)};
    const float size = 10.0f * std::pow(80.0f, 0.5f + 0.5f * uniform(random));
    const float angle = 3.0f * uniform(random);
    const Point left = right + Point{size * std::cos(angle), size * std::sin(angle)};
    const bool is_one = i % 3 == 0, is_face = i % 3 == 1;
    const landmarks::PatchPlacement placement =
        is_one    ? landmarks::place_one_eye_patch(Eye::Left, right, left)
        : is_face ? landmarks::place_face_patch(right, left)
                  : landmarks::place_both_eyes_patch(right, left);
    landmarks::PatchCutter cutter;
    GrayImage expected;
    cutter.cut(picture, placement, expected);
    const auto plan = landmarks::plan_cut(picture.width(), picture.height(), placement);
    const kernels::gpu::PatchCut cut{
        {picture.row(plan.y) + plan.x, picture.stride(), plan.width, plan.height},
        plan.factor,
        plan.grid,
        placement.size.width,
        placement.size.height,
        placement.is_mirrored ? 1 : 0};
    factors = std::max(factors, cut.factor);
    std::vector<std::uint8_t> pixels(static_cast<std::size_t>(cut.width * cut.height), 7);
    for (int thread = 0; thread < 64; thread++) cut_patch(cut, pixels.data(), thread, 64);
    for (int y = 0; y < cut.height; y++) {
      for (int x = 0; x < cut.width; x++) {
        ASSERT_EQ(pixels[static_cast<std::size_t>(y * cut.width + x)], expected.row(y)[x])
            << "case " << i << " at " << x << "," << y << ", factor " << cut.factor;
      }
    }
  }
  EXPECT_GT(factors, 8);
}

/// A model alone on two patches.
struct PredictArguments {
  kernels::gpu::DeviceShapeModel model;
  kernels::gpu::PatchView patches[2];
  float* shapes;  // (2, value_count)
};
template <int kFaces, int kParts>
struct Predict {
  using Arguments = PredictArguments;
  static constexpr int kThreads = 96;
  static constexpr int kCluster = kParts;
  template <class Block>
  static void run(Block& block, const Arguments& a) {
    auto& work = *block.template shared<kernels::gpu::TreeWork>();
    int exchanges = 1;
    kernels::gpu::TreePrediction<kFaces, kParts, Block>(a.model, a.patches, work, exchanges)
        .run(block);
    block.each_thread([&](int thread) {
      for (int i = thread; i < kFaces * a.model.value_count; i += kThreads) {
        const float value = work.shape[i / a.model.value_count][i % a.model.value_count];
        // Every block has the same shape; the first writes it.
        if (block.index() == 0) a.shapes[i] = value;
      }
    });
    if constexpr (kParts > 1) block.sync_cluster();
  }
};

TEST(GpuTreeEnsemble, GivesTheBitsOfTheCpu) {
  for (const auto type :
       {landmarks::LeafType::F32, landmarks::LeafType::F16, landmarks::LeafType::I16}) {
    for (const std::size_t points :
         {std::size_t{68}, std::size_t{22}, std::size_t{6}, std::size_t{1}}) {
      auto description = landmarks::random_shape_model(
          {points, points == 68 ? 3 : 5, 4, points == 68 ? 170u : 433u, 301},
          static_cast<unsigned>(points));
      description.leaf_type = type;
      // The models a DeviceModels holds have 22, 6, 68 and 1 point: the tested one takes its place.
      auto region = embedded_shape("landmarks_22.safetensors");
      auto one = embedded_shape("landmarks_6.safetensors");
      auto face = embedded_shape("landmarks_68.safetensors");
      auto presence = embedded_shape("eye_presence.safetensors");
      (points == 22 ? region : points == 6 ? one : points == 1 ? presence : face) = description;
      const DeviceModels models(networks::random_weights(1),
                                networks::embedded_point_network(networks::kEyeFinder),
                                networks::embedded_point_network(networks::kLidFinder),
                                region,
                                one,
                                face,
                                presence);
      PoisonedMemory memory = emulated_copy(models);
      const ModelPointers pointers = models.pointers(memory.address());
      const landmarks::ShapeModel expected(description);

      const GrayImage pictures[2] = {landmarks::random_gray_image(96, 56, 1),
                                     landmarks::random_gray_image(96, 56, 2)};
      std::vector<std::uint8_t> dense[2];
      const kernels::gpu::DeviceShapeModel& device = points == 22  ? pointers.eye_region
                                                     : points == 6 ? pointers.one_eye
                                                     : points == 1 ? pointers.presence
                                                                   : pointers.face;
      const auto values = static_cast<std::size_t>(device.value_count);
      std::vector<float> shapes(2 * values + 1, -77.0f);
      PredictArguments arguments{device, {}, shapes.data()};
      for (std::size_t i = 0; i < 2; i++) {
        for (int y = 0; y < 56; y++) {
          dense[i].insert(dense[i].end(), pictures[i].row(y), pictures[i].row(y) + 96);
        }
        arguments.patches[i] = {dense[i].data(), 96, 56};
      }
      const auto expect_shapes = [&](const char* what) {
        std::vector<Point> found(points);
        for (std::size_t i = 0; i < 2; i++) {
          expected.predict(pictures[i], landmarks::ShapeRegion::of_patch(96), found);
          for (std::size_t p = 0; p < points; p++) {
            ASSERT_EQ(shapes[i * values + 2 * p], found[p].x)
                << what << ", " << points << " points, face " << i;
            ASSERT_EQ(shapes[i * values + 2 * p + 1], found[p].y) << what;
          }
        }
        EXPECT_EQ(shapes.back(), -77.0f);
        std::fill(shapes.begin(), shapes.end(), -77.0f);
      };
      constexpr std::size_t kShared = sizeof(kernels::gpu::TreeWork);
      kernels::gpu::emulate<Predict<2, 1>>(arguments, 1, kShared, ThreadOrder::Backward);
      expect_shapes("one block");
      kernels::gpu::emulate<Predict<2, 4>>(arguments, 4, kShared, ThreadOrder::Forward);
      expect_shapes("four blocks");
    }
  }
}

/// A network on one patch.
struct FindPointsArguments {
  DevicePointNetwork network;
  kernels::gpu::PatchView patch;
  float* maps;    // kPointNetworkScratch
  float* points;  // (2 * kMostNetworkPoints)
};
struct FindPoints {
  using Arguments = FindPointsArguments;
  static constexpr int kThreads = 256;
  template <class Block>
  static void run(Block& block, const Arguments& a) {
    auto& work = *block.template shared<PointNetworkWork>();
    PointFinding<Block, kThreads>(a.network, a.patch, work, a.maps).run(block);
    block.each_thread([&](int thread) {
      if (thread < a.network.denses[1].outputs) a.points[thread] = work.points[thread];
    });
  }
};

TEST(GpuPointNetworks, GiveTheBitsOfTheCpu) {
  const auto eye_finder = networks::random_point_network(networks::kEyeFinder, 1);
  const auto lid_finder = networks::random_point_network(networks::kLidFinder, 2);
  const DeviceModels models(networks::random_weights(1),
                            eye_finder,
                            lid_finder,
                            embedded_shape("landmarks_22.safetensors"),
                            embedded_shape("landmarks_6.safetensors"),
                            embedded_shape("landmarks_68.safetensors"),
                            embedded_shape("eye_presence.safetensors"));
  PoisonedMemory memory = emulated_copy(models);
  const ModelPointers on_device = models.pointers(memory.address());
  for (const auto& [weights, device] :
       {std::pair{&eye_finder, on_device.eye_finder}, {&lid_finder, on_device.lid_finder}}) {
    const networks::PointNetworkShape& shape = *weights->shape;
    networks::PointNetwork network(networks::pack_point_network(*weights));
    for (const ThreadOrder order : {ThreadOrder::Forward, ThreadOrder::Backward}) {
      const GrayImage picture =
          random_picture(shape.width, shape.height, order == ThreadOrder::Forward ? 2 : 3);
      std::vector<std::uint8_t> pixels;
      for (int y = 0; y < shape.height; y++) {
        pixels.insert(pixels.end(), picture.row(y), picture.row(y) + shape.width);
      }
      std::vector<float> maps(kPointNetworkScratch, std::numeric_limits<float>::quiet_NaN());
      std::vector<float> points(2 * shape.points() + 1, -77.0f);
      const FindPointsArguments arguments{
          device, {pixels.data(), shape.width, shape.height}, maps.data(), points.data()};
      kernels::gpu::emulate<FindPoints>(arguments, 1, sizeof(PointNetworkWork), order);
      std::vector<Point> expected(shape.points());
      network.run(picture, expected);
      for (std::size_t i = 0; i < expected.size(); i++) {
        EXPECT_EQ(points[2 * i], expected[i].x) << shape.purpose << " point " << i;
        EXPECT_EQ(points[2 * i + 1], expected[i].y) << shape.purpose << " point " << i;
      }
      EXPECT_EQ(points.back(), -77.0f);
    }
  }
}

TEST(GpuModels, RefuseEnsemblesTooLarge) {
  auto one = landmarks::random_shape_model({6, 3, 1, 10, 20}, 1);
  one.depth = 9;
  EXPECT_THROW(DeviceModels(networks::random_weights(1),
                            networks::embedded_point_network(networks::kEyeFinder),
                            networks::embedded_point_network(networks::kLidFinder),
                            embedded_shape("landmarks_22.safetensors"),
                            one,
                            embedded_shape("landmarks_68.safetensors"),
                            embedded_shape("eye_presence.safetensors")),
               InputError);
}

}  // namespace
}  // namespace eyelid::gpu
