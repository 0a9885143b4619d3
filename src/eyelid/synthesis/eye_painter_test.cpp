// SPDX-License-Identifier: MIT
#include "eyelid/synthesis/eye_painter.hpp"

#include <gtest/gtest.h>

namespace eyelid::synthesis {
namespace {

/// How much of the skin below shows through at every pixel: 0 on the eyeball, about 1 on the lids.
/// Found by painting over black and over white.
Canvas skin_share(const EyePainter& painter,
                  const EyeState& state,
                  const RigidMotion& motion,
                  const Camera& camera) {
  Canvas pictures[2];
  EyePainter::Workspace work;
  for (int k = 0; k < 2; ++k) {
    pictures[k].resize(640, 480);
    std::fill(pictures[k].values.begin(), pictures[k].values.end(), static_cast<float>(k));
    painter.draw(state, motion, camera, Light{}, work, pictures[k]);
  }
  for (std::size_t i = 0; i < pictures[1].values.size(); ++i) {
    pictures[1].values[i] -= pictures[0].values[i];
  }
  return std::move(pictures[1]);
}

float value_at(const Canvas& canvas, Point p) {
  const int x = static_cast<int>(std::floor(p.x));
  const int y = static_cast<int>(std::floor(p.y));
  const float fx = p.x - static_cast<float>(x);
  const float fy = p.y - static_cast<float>(y);
  return mix(mix(canvas.row(y)[x], canvas.row(y)[x + 1], fx),
             mix(canvas.row(y + 1)[x], canvas.row(y + 1)[x + 1], fx),
             fy);
}

// Where, on the way from inside the fissure over the point `margin`, the skin begins: pixels past
// the point.
float skin_begins(const Canvas& share, Point inside, Point margin) {
  const Point way = (margin - inside) * (1.0f / distance(margin, inside));
  for (float step = -2.0f; step < 2.0f; step += 0.02f) {
    if (value_at(share, margin + way * step) > 0.5f) return step;
  }
  return 99.0f;
}

TEST(EyePainter, ContourPointsLieOnTheDrawnMargins) {
  const HeadPose poses[] = {{0, 0, 0, {}}, {18, -15, 20, {3, -4, 5}}, {-15, 18, -22, {}}};
  for (const std::uint64_t seed : {1ull, 2ull, 3ull, 4ull}) {
    Person person = make_person(seed);
    person.lash_darkness = 0.0f;  // lashes hide the margin
    const HeadModel model(person);
    for (const Eye side : {Eye::Right, Eye::Left}) {
      const EyePainter painter(model, side);
      for (const HeadPose& pose : poses) {
        const RigidMotion motion = world_from_head(pose);
        for (const float closure : {0.0f, 0.3f, 0.5f}) {
          const EyeState state{closure, 5.0f, -3.0f};
          const Canvas share = skin_share(painter, state, motion, Camera{});
          const EyePoints eye = painter.contour(state, motion, Camera{});
          for (const auto& [upper, lower] : {std::pair{eye[1], eye[5]}, {eye[2], eye[4]}}) {
            const Point middle = (upper + lower) * 0.5f;
            EXPECT_NEAR(skin_begins(share, middle, upper), 0.0f, 0.3f);
            EXPECT_NEAR(skin_begins(share, middle, lower), 0.0f, 0.3f);
          }
        }
      }
    }
  }
}

TEST(EyePainter, AClosedEyeShowsNoEyeball) {
  const HeadModel model(make_person(3));
  const EyePainter painter(model, Eye::Left);
  const RigidMotion motion = world_from_head({5, 5, 5, {}});
  const Canvas open = skin_share(painter, {0.0f, 0, 0}, motion, Camera{});
  const Canvas closed = skin_share(painter, {1.0f, 0, 0}, motion, Camera{});
  const auto hidden = [](const Canvas& canvas) {
    return std::count_if(
        canvas.values.begin(), canvas.values.end(), [](float share) { return share < 1e-4f; });
  };
  EXPECT_GT(hidden(open), 60);
  EXPECT_EQ(hidden(closed), 0);
}

TEST(EyePainter, TheSurroundingsStayUntouched) {
  const HeadModel model(make_person(3));
  const EyePainter painter(model, Eye::Right);
  const RigidMotion motion = world_from_head({});
  const Canvas share = skin_share(painter, {0.2f, 0, 0}, motion, Camera{});
  // The rim of the painted region: no visible seam.
  for (float u = -24.5f; u < 24.5f; u += 0.5f) {
    for (const float v : {-18.5f, 16.5f}) {
      const Point p = Camera{}(motion(painter.head_from_eye({u, v})));
      EXPECT_NEAR(value_at(share, p), 1.0f, 0.02f);
    }
  }
}

}  // namespace
}  // namespace eyelid::synthesis
