// SPDX-License-Identifier: MIT
#include "eyelid/synthesis/scene.hpp"

#include "eyelid/core/error.hpp"
#include "eyelid/synthesis/random.hpp"

namespace eyelid::synthesis {
namespace {

constexpr std::size_t kNoiseLength = 1u << 17;

// Standard normal numbers, read from random starts: a fresh draw for every pixel would cost more
// than the whole face.
const std::vector<float>& sensor_noise() {
  static const std::vector<float> noise = [] {
    std::vector<float> numbers;
    Random random(1, 0x6e6f697365ull);
    numbers.reserve(kNoiseLength);
    while (numbers.size() < kNoiseLength) numbers.push_back(static_cast<float>(random.normal()));
    return numbers;
  }();
  return noise;
}

// The shoulders follow the head a little.
HeadPose torso_pose(const HeadPose& head) {
  return {0.15f * head.yaw_deg, 0.05f * head.pitch_deg, 0.15f * head.roll_deg, head.shift_mm};
}

struct Workspace {
  Canvas canvas;
  MeshWorkspace mesh;
  EyePainter::Workspace eye;
  Glasses::Workspace glasses;
};

}  // namespace

Scene::Scene(std::shared_ptr<const HeadModel> model, const Options& options)
    : options_(options),
      model_(std::move(model)),
      right_painter_(*model_, Eye::Right),
      left_painter_(*model_, Eye::Left) {
  EYELID_EXPECTS(options.width > 0 && options.width <= 8192);
  EYELID_EXPECTS(options.height > 0 && options.height <= 8192);
  if (options.has_glasses) glasses_ = std::make_unique<Glasses>(*model_, options.seed);
  paint_background();
}

// A wall out of focus with a few soft shapes of furniture and light.
void Scene::paint_background() {
  Random random(options_.seed, 0x6261636bull);
  const int width = options_.width;
  const int height = options_.height;
  background_.resize(width, height);
  vignette_.resize(background_.values.size());
  struct Blob {
    float x, y, rx, ry, tone, edge;
  };
  std::vector<Blob> blobs;
  for (int i = 0; i < 5; ++i) {
    blobs.push_back(
        {random.uniform_f(-0.1, 1.1),
         random.uniform_f(-0.1, 1.1),
         random.uniform_f(0.06, 0.3),
         random.uniform_f(0.08, 0.5),
         random.uniform_f(-0.2, 0.2),
         random.chance(0.5) ? random.uniform_f(0.02, 0.06) : random.uniform_f(0.1, 0.4)});
  }
  const float wall = random.uniform_f(0.22, 0.62);
  const float slope = random.uniform_f(-0.15, 0.15);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const float u = static_cast<float>(x) / static_cast<float>(width);
      const float v = static_cast<float>(y) / static_cast<float>(height);
      float tone = wall + slope * (u - 0.5f) - 0.08f * v;
      for (const Blob& blob : blobs) {
        const float dx = std::abs(u - blob.x) / blob.rx;
        const float dy = std::abs(v - blob.y) / blob.ry;
        // Ellipses for soft shapes, boxes for those with edges.
        const float dx2 = dx * dx;
        const float dy2 = dy * dy;
        const float far =
            blob.edge < 0.08f ? std::max(dx, dy) : std::sqrt(std::sqrt(dx2 * dx2 + dy2 * dy2));
        tone += blob.tone * smooth_step(1.0f + blob.edge, 1.0f - blob.edge, far);
      }
      const std::size_t i = static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
                            static_cast<std::size_t>(x);
      background_.values[i] = std::clamp(tone, 0.05f, 0.95f);
      const float far2 = 2.0f * ((u - 0.5f) * (u - 0.5f) + (v - 0.5f) * (v - 0.5f));
      vignette_[i] = 255.0f * (1.0f - options_.vignette * far2);
    }
  }
}

void Scene::render(const Moment& moment, GrayImage& image) const {
  thread_local Workspace work;
  Canvas& canvas = work.canvas;
  canvas.width = options_.width;
  canvas.height = options_.height;
  canvas.values = background_.values;
  const Camera& camera = options_.camera;
  const Light& light = options_.light;
  const RigidMotion head = world_from_head(moment.pose);
  const RigidMotion torso = world_from_head(torso_pose(moment.pose));
  if (!model_->loose_hair().positions.empty()) {
    draw_mesh(model_->loose_hair(), head, camera, light, work.mesh, canvas);
  }
  draw_mesh(model_->torso(), torso, camera, light, work.mesh, canvas);
  for (const SurfaceMesh& ear : model_->ears()) {
    draw_mesh(ear, head, camera, light, work.mesh, canvas);
  }
  draw_mesh(model_->face(), head, camera, light, work.mesh, canvas);
  right_painter_.draw(moment.right, head, camera, light, work.eye, canvas);
  left_painter_.draw(moment.left, head, camera, light, work.eye, canvas);
  if (glasses_) glasses_->draw(head, camera, light, work.glasses, canvas);

  for (int pass = 0; pass < moment.spread_passes; ++pass) spread(canvas, moment.spread);

  expose(moment, canvas, image);
}

void Scene::expose(const Moment& moment, const Canvas& canvas, GrayImage& image) const {
  image.resize(options_.width, options_.height);
  for (int y = 0; y < options_.height; ++y) {
    const std::uint64_t bits = mixed_bits(moment.noise_seed * 4096 + static_cast<std::uint64_t>(y));
    const float* noise =
        sensor_noise().data() + bits % (kNoiseLength - static_cast<std::size_t>(options_.width));
    const float* values = canvas.row(y);
    const float* vignette = vignette_.data() + static_cast<std::ptrdiff_t>(y) * options_.width;
    std::uint8_t* pixels = image.row(y);
    for (int x = 0; x < options_.width; ++x) {
      const float level =
          values[x] * moment.brightness * vignette[x] + moment.noise * noise[x] + 0.5f;
      pixels[x] = static_cast<std::uint8_t>(std::min(std::max(level, 0.0f), 255.0f));
    }
  }
}

EyeLandmarks Scene::eyes(const Moment& moment) const {
  const RigidMotion head = world_from_head(moment.pose);
  return {right_painter_.contour(moment.right, head, options_.camera),
          left_painter_.contour(moment.left, head, options_.camera)};
}

FaceLandmarks Scene::points(const Moment& moment) const {
  const RigidMotion head = world_from_head(moment.pose);
  FaceLandmarks points;
  for (std::size_t i = 0; i < points.size(); ++i) {
    points[i] = options_.camera(head(model_->points()[i]));
  }
  const EyeLandmarks lids = eyes(moment);
  std::copy(lids.right.begin(), lids.right.end(), points.begin() + kRightEyeBegin);
  std::copy(lids.left.begin(), lids.left.end(), points.begin() + kLeftEyeBegin);
  return points;
}

FaceKeypoints Scene::keypoints(const Moment& moment) const {
  const RigidMotion head = world_from_head(moment.pose);
  FaceKeypoints points;
  const auto places = model_->keypoints();
  for (std::size_t i = 0; i < points.size(); ++i) points[i] = options_.camera(head(places[i]));
  return points;
}

Rect Scene::face_box(const Moment& moment) const {
  const FaceLandmarks all = points(moment);
  Point low = all[0];
  Point high = all[0];
  for (const Point& p : all) {
    low = {std::min(low.x, p.x), std::min(low.y, p.y)};
    high = {std::max(high.x, p.x), std::max(high.y, p.y)};
  }
  return {low.x, low.y, high.x - low.x, high.y - low.y};
}

}  // namespace eyelid::synthesis
