// SPDX-License-Identifier: MIT
#include "eyelid/synthesis/glasses.hpp"

#include <numbers>

#include "eyelid/synthesis/random.hpp"

namespace eyelid::synthesis {
namespace {

float signed_power(float base, float exponent) {
  return std::copysign(std::pow(std::abs(base), exponent), base);
}

// Share of each pixel that lies within `radius` of the line, the largest of all lines kept.
void cover_line(Point a, Point b, float radius, const PixelBox& box, std::vector<float>& cover) {
  const float reach = radius + 1.0f;
  const int left = std::max(box.left, static_cast<int>(std::floor(std::min(a.x, b.x) - reach)));
  const int right =
      std::min(box.right, static_cast<int>(std::ceil(std::max(a.x, b.x) + reach)) + 1);
  const int top = std::max(box.top, static_cast<int>(std::floor(std::min(a.y, b.y) - reach)));
  const int bottom =
      std::min(box.bottom, static_cast<int>(std::ceil(std::max(a.y, b.y) + reach)) + 1);
  const Point way = b - a;
  const float length2 = std::max(way.x * way.x + way.y * way.y, 1e-6f);
  for (int y = top; y < bottom; ++y) {
    for (int x = left; x < right; ++x) {
      const Point p{static_cast<float>(x), static_cast<float>(y)};
      const float t = std::clamp(((p.x - a.x) * way.x + (p.y - a.y) * way.y) / length2, 0.0f, 1.0f);
      const float share = std::clamp(radius + 0.5f - distance(p, a + way * t), 0.0f, 1.0f);
      float& target =
          cover[static_cast<std::size_t>(y - box.top) * static_cast<std::size_t>(box.width()) +
                static_cast<std::size_t>(x - box.left)];
      target = std::max(target, share);
    }
  }
}

}  // namespace

Glasses::Glasses(const HeadModel& model, std::uint64_t seed) {
  Random random(seed, 0x676c6173736573ull);
  const Person& person = model.person();
  half_distance_ = person.eye_distance + 1.5f;
  half_width_ = random.uniform_f(23.5, 26.0);
  half_height_ = random.uniform_f(16.5, 21.0);
  roundness_ = random.uniform_f(2.2, 3.6);
  thickness_ = random.uniform_f(1.2, 3.2);
  tone_ = random.uniform_f(0.10, 0.45);
  reflection_ = random.uniform_f(0.05, 0.22);
  band_ = random.uniform_f(-12.0, 12.0);
  z_ = std::max(model.shape().at_front(0.0f, -4.0f).z, 9.0f) + 6.0f;
  for (const float side : {-1.0f, 1.0f}) {
    std::vector<Vector3> rim;
    for (int i = 0; i <= 48; ++i) {
      const float turn = 2.0f * std::numbers::pi_v<float> * static_cast<float>(i) / 48.0f;
      rim.push_back(on_lens(side,
                            half_width_ * signed_power(std::cos(turn), 2.0f / roundness_),
                            half_height_ * signed_power(std::sin(turn), 2.0f / roundness_)));
    }
    lines_.push_back({0.0f, std::move(rim)});
    const float hinge = half_width_ + 0.6f;
    const float ear = side * (model.shape().half_width(0.0f) + 4.0f);
    const Vector3 start = on_lens(side, side * hinge, -7.0f);
    lines_.push_back({side, {start, Vector3{ear, 0.0f, -75.0f}}});
  }
  const float inner = half_width_ * 0.97f;
  std::vector<Vector3> bridge;
  for (int i = 0; i <= 8; ++i) {
    const float t = static_cast<float>(i) / 4.0f - 1.0f;
    bridge.push_back({t * (half_distance_ - inner), -4.0f - 2.5f * (1.0f - t * t), z_ + 1.0f});
  }
  lines_.push_back({0.0f, std::move(bridge)});
}

Vector3 Glasses::on_lens(float side, float x, float y) const {
  const float across = side * half_distance_ + x;
  // The front wraps around the face and leans in at the cheeks.
  return {across, 3.0f + y, z_ - 0.0022f * across * across - 0.10f * y};
}

void Glasses::draw_lens(float side,
                        const RigidMotion& world_from_head,
                        const Camera& camera,
                        const Light& light,
                        Canvas& canvas) const {
  const Point center = camera(world_from_head(on_lens(side, 0, 0)));
  const Point ex = (camera(world_from_head(on_lens(side, half_width_, 0))) -
                    camera(world_from_head(on_lens(side, -half_width_, 0)))) *
                   0.5f;
  const Point ey = (camera(world_from_head(on_lens(side, 0, half_height_))) -
                    camera(world_from_head(on_lens(side, 0, -half_height_)))) *
                   0.5f;
  const float determinant = ex.x * ey.y - ex.y * ey.x;
  const float reach_x = std::abs(ex.x) + std::abs(ey.x);
  const float reach_y = std::abs(ex.y) + std::abs(ey.y);
  const int left = std::max(0, static_cast<int>(center.x - reach_x));
  const int right = std::min(canvas.width, static_cast<int>(center.x + reach_x) + 2);
  const int top = std::max(0, static_cast<int>(center.y - reach_y));
  const int bottom = std::min(canvas.height, static_cast<int>(center.y + reach_y) + 2);
  // A lens mirrors what lies at twice the angle it turns by.
  const Vector3 normal = world_from_head.turn(Vector3{0.0f, 0.0f, 1.0f});
  const float wander = band_ + 60.0f * (normal.x - light.direction.x * 0.2f) + 40.0f * normal.y;
  for (int y = top; y < bottom; ++y) {
    float* pixels = canvas.row(y);
    for (int x = left; x < right; ++x) {
      const float dx = static_cast<float>(x) - center.x;
      const float dy = static_cast<float>(y) - center.y;
      const float u = (dx * ey.y - dy * ey.x) / determinant;
      const float v = (ex.x * dy - ex.y * dx) / determinant;
      const float rim = std::abs(u) < 1.0f && std::abs(v) < 1.0f
                            ? std::pow(std::abs(u), roundness_) + std::pow(std::abs(v), roundness_)
                            : 2.0f;
      if (rim >= 1.0f) continue;
      const float along = 0.75f * u * half_width_ + 0.65f * v * half_height_ - wander;
      const float glare = bell(along, 6.0f) + 0.5f * bell(along - 11.0f, 2.0f);
      pixels[x] = pixels[x] * (0.96f - 0.3f * reflection_ * glare) + 0.012f + reflection_ * glare;
    }
  }
}

void Glasses::draw(const RigidMotion& world_from_head,
                   const Camera& camera,
                   const Light& light,
                   Workspace& work,
                   Canvas& canvas) const {
  draw_lens(-1.0f, world_from_head, camera, light, canvas);
  draw_lens(1.0f, world_from_head, camera, light, canvas);
  PixelBox box{canvas.width, canvas.height, 0, 0};
  std::vector<Point> points;
  for (const Line& line : lines_) {
    for (const Vector3& place : line.places) {
      const Point p = camera(world_from_head(place));
      box.left = std::clamp(static_cast<int>(p.x) - 5, 0, box.left);
      box.top = std::clamp(static_cast<int>(p.y) - 5, 0, box.top);
      box.right = std::clamp(static_cast<int>(p.x) + 6, box.right, canvas.width);
      box.bottom = std::clamp(static_cast<int>(p.y) + 6, box.bottom, canvas.height);
      points.push_back(p);
    }
  }
  if (box.is_empty()) return;
  work.cover.assign(static_cast<std::size_t>(box.width()) * static_cast<std::size_t>(box.height()),
                    0.0f);
  const float radius = 0.5f * thickness_ * camera.pixels_per_mm;
  std::size_t next = 0;
  for (const Line& line : lines_) {
    const float facing = world_from_head.turn({line.side, 0.0f, 0.0f}).z;
    const float shown = line.side == 0.0f ? 1.0f : smooth_step(-0.10f, 0.02f, facing);
    for (std::size_t i = 0; i + 1 < line.places.size(); ++i) {
      cover_line(points[next + i],
                 points[next + i + 1],
                 radius * shown - 0.5f * (1.0f - shown),
                 box,
                 work.cover);
    }
    next += line.places.size();
  }
  const float value = tone_ * std::sqrt(light.key * 0.5f + light.fill * 0.5f);
  for (int y = 0; y < box.height(); ++y) {
    float* pixels = canvas.row(box.top + y) + box.left;
    const float* cover = work.cover.data() + static_cast<std::ptrdiff_t>(y) * box.width();
    for (int x = 0; x < box.width(); ++x) pixels[x] += 0.96f * cover[x] * (value - pixels[x]);
  }
}

}  // namespace eyelid::synthesis
