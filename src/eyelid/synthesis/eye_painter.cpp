// SPDX-License-Identifier: MIT
#include "eyelid/synthesis/eye_painter.hpp"

#include "eyelid/synthesis/random.hpp"

namespace eyelid::synthesis {
namespace {

// The painted region of the eye's plane, mm; its rim is untouched skin.
constexpr float kLeft = -25.0f;
constexpr float kTop = -19.0f;
constexpr float kCell = 2.0f;
constexpr int kGridColumns = 26;
constexpr int kGridRows = 19;
constexpr int kSamples = 3;  // per pixel and direction
constexpr float kColumnStep = 0.25f;
constexpr int kColumns = 201;  // lid curves over u, every kColumnStep

constexpr float kBallRadius = 12.0f;
constexpr float kIrisRadius = 5.85f;  // white to white 11.7 mm

}  // namespace

/// The eyeball of this moment, in the eye's plane.
struct EyePainter::Ball {
  Point slope;      // way sideways per mm deeper along the line of sight
  Point iris;       // center
  Point highlight;  // reflection of the light source
  Point source;     // sideways direction of the light source
  float light;      // of a white surface
  float pupil_radius;
};

EyePainter::EyePainter(const HeadModel& model, Eye eye)
    : model_(&model), person_(model.person()), shape_(model.eye(eye)) {
  for (int row = 0; row < kGridRows; ++row) {
    for (int column = 0; column < kGridColumns; ++column) {
      grid_.push_back(head_from_eye(
          {kLeft + kCell * static_cast<float>(column), kTop + kCell * static_cast<float>(row)}));
    }
  }
  const std::uint64_t seed = person_.seed + (eye == Eye::Right ? 81 : 82);
  for (int i = 0; i < kColumns; ++i) {
    const float u = kLeft + kColumnStep * static_cast<float>(i);
    const float hair = plane_noise(u * 1.35f, 0.0f, seed);
    lash_pattern_.push_back(smooth_step(0.25f, 0.75f, hair));
  }
}

Vector3 EyePainter::head_from_eye(Point eye) const {
  const Point head = shape_.head_from_eye(eye);
  return model_->shape().at_front(head.x, head.y);
}

EyePoints EyePainter::contour(const EyeState& state,
                              const RigidMotion& world_from_head,
                              const Camera& camera) const {
  EyePoints points = shape_.contour(state.closure);
  for (Point& p : points) p = camera(world_from_head(head_from_eye(p)));
  return points;
}

void EyePainter::trace_lids(const EyeState& state, std::vector<Workspace::Column>& columns) const {
  columns.resize(kColumns);
  const float c = state.closure;
  for (int i = 0; i < kColumns; ++i) {
    const float u = kLeft + kColumnStep * static_cast<float>(i);
    const float s = u / shape_.half_width();
    const float open = shape_.upper_lid(u * 0.88f, 0.0f);
    Workspace::Column& column = columns[static_cast<std::size_t>(i)];
    column.upper = shape_.upper_lid(u, c);
    column.lower = shape_.lower_lid(u, c);
    // The crease stays where the open lid folds, and sinks a little as the lid stretches.
    column.crease = open * 1.02f - shape_.crease_height() + 1.2f * c;
    const float reach = smooth_step(1.12f, 0.85f, std::abs(s + 0.04f));
    column.lash = reach * mix(0.55f, 1.0f, lash_pattern_[static_cast<std::size_t>(i)]);
  }
}

EyePainter::Workspace::Column EyePainter::lids_at(float u,
                                                  const std::vector<Workspace::Column>& columns) {
  const float column = (u - kLeft) / kColumnStep;
  const auto left = std::min(static_cast<std::size_t>(std::max(column, 0.0f)),
                             static_cast<std::size_t>(kColumns - 2));
  const float t = column - static_cast<float>(left);
  const Workspace::Column& a = columns[left];
  const Workspace::Column& b = columns[left + 1];
  return {mix(a.upper, b.upper, t),
          mix(a.lower, b.lower, t),
          mix(a.crease, b.crease, t),
          mix(a.lash, b.lash, t)};
}

EyePainter::Ball EyePainter::make_ball(const EyeState& state,
                                       const RigidMotion& world_from_head,
                                       const Camera& camera,
                                       const Light& light) const {
  const Vector3 center = head_from_eye({0.0f, 0.0f});
  const Vector3 viewer{0.0f, 0.0f, camera.distance_mm};
  const Vector3 view = world_from_head.turn_back(unit(viewer - world_from_head(center)));
  const Vector3 source = world_from_head.turn_back(light.direction);
  const auto in_eye = [&](float x, float y) {
    const Point c = shape_.center();
    return shape_.eye_from_head({c.x + x, c.y + y});
  };
  Ball ball;
  ball.slope = in_eye(view.x / view.z, view.y / view.z);
  // On a blink the eye dips down and toward the nose by a degree or two (Riggs et al. 1987).
  const float dip = 1.0f * state.closure;
  const Point gaze = in_eye(11.0f * std::sin(state.gaze_right_deg * 0.0174533f),
                            11.0f * std::sin(state.gaze_down_deg * 0.0174533f));
  ball.iris = {gaze.x + 0.2f + 0.4f * dip, gaze.y - 1.2f + dip};
  ball.source = in_eye(source.x, source.y);
  const Point mirrored = in_eye(source.x + view.x, source.y + view.y);
  ball.highlight = ball.iris + mirrored * 3.2f;
  const Vector3 normal = world_from_head.turn(unit(Vector3{0.0f, 0.1f, 1.0f}));
  ball.light = shade_of(light, normal, 0.80f, 0.0f).light;
  ball.pupil_radius = person_.pupil_radius;
  return ball;
}

float EyePainter::ball_value(Point eye, const Workspace::Column& lids, const Ball& ball) const {
  const float depth = 1.0f + (eye.x * eye.x + eye.y * eye.y) / (2.0f * kBallRadius);
  const Point p = eye - ball.slope * depth;
  const Point from_iris = p - ball.iris;
  const float r = std::sqrt(from_iris.x * from_iris.x + from_iris.y * from_iris.y);
  const float s = eye.x / shape_.half_width();
  const float skin = std::sqrt(person_.skin_albedo);

  float tone = mix(0.83f, 0.62f + 0.3f * skin, 0.5f) - 0.10f * s * s;
  const float caruncle = smooth_step(0.74f, 0.90f, s);
  tone = mix(tone, 0.78f * skin + 0.06f, caruncle);
  if (r < kIrisRadius + 0.6f) {
    const float iris_tone = std::sqrt(person_.iris_albedo);
    const float turn = std::atan2(from_iris.y, from_iris.x);
    const float fibers = plane_noise(turn * 7.0f, r * 0.5f, person_.seed + 91);
    float iris = iris_tone * (0.75f + 0.5f * fibers);
    iris *= 1.0f - 0.45f * smooth_step(kIrisRadius - 1.4f, kIrisRadius, r);
    iris = mix(0.07f, iris, smooth_step(-0.25f, 0.25f, r - ball.pupil_radius));
    tone = mix(iris, tone, smooth_step(kIrisRadius - 0.45f, kIrisRadius + 0.45f, r));
  }
  const float below_lid = eye.y - lids.upper;
  const float above_lower = lids.lower - eye.y;
  float shade = 1.0f + 0.012f * (eye.x * ball.source.x + eye.y * ball.source.y);
  shade *= 1.0f - 0.50f * std::exp(-below_lid * 0.55f);
  shade *= 1.0f - 0.18f * std::exp(-above_lower * 1.1f);
  shade *= 1.0f - 0.35f * smooth_step(0.55f, 1.0f, std::abs(s));
  float value = tone * shade * ball.light;

  const Point from_highlight = p - ball.highlight;
  const float squared = from_highlight.x * from_highlight.x + from_highlight.y * from_highlight.y;
  if (squared < 4.0f)
    value = mix(value, 1.0f, 0.92f * smooth_step(1.15f, 0.55f, std::sqrt(squared)));
  // Tear film along the lower lid.
  value += 0.10f * ball.light * bell(above_lower - 0.35f, 0.35f) * (1.0f - caruncle);
  return value;
}

float EyePainter::lid_factor(Point eye, const Workspace::Column& lids, float closure) const {
  const float above = lids.upper - eye.y;  // over the upper margin
  const float below = eye.y - lids.lower;  // under the lower margin
  const float s = std::abs(eye.x) / shape_.half_width();
  const float near_fissure = smooth_step(1.30f, 0.95f, s);
  float factor = 1.0f;
  if (above > 0.0f && below <= above) {
    const float fold = eye.y - lids.crease;
    const float open = 1.0f - closure;
    const float fold_reach = person_.crease_depth * smooth_step(1.45f, 1.0f, s);
    factor -= fold_reach * (0.10f + 0.30f * open) * bell(fold - 0.3f, mix(0.8f, 1.2f, closure));
    factor -= fold_reach * 0.13f * open * bell(fold - 1.5f, 2.2f);
    factor += fold_reach * 0.06f * bell(fold + 4.0f, 3.5f);
    // The lid itself bulges over the eyeball.
    factor += near_fissure * (0.07f + 0.05f * closure) *
              bell(above - 0.45f * (lids.upper - lids.crease), 2.5f);
  }
  if (below > 0.0f && below < above) {
    factor +=
        near_fissure * (0.10f * bell(below - 0.55f, 0.55f) - 0.22f * bell(below - 1.5f, 0.7f));
    factor -=
        smooth_step(1.35f, 0.9f, s) * (0.05f + 0.10f * person_.age) * bell(below - 7.0f, 1.8f);
    factor += near_fissure * 0.05f * bell(below - 4.0f, 2.0f);
  }
  // Corners: the fissure continues as a short fold.
  const float corner = bell(s - 1.04f, 0.09f) * bell(eye.y, 1.0f);
  return factor * (1.0f - 0.30f * corner);
}

EyePainter::Sample EyePainter::sample(Point eye,
                                      const Workspace::Column& lids,
                                      float closure,
                                      const Ball& ball) const {
  const float above = lids.upper - eye.y;
  const float below = eye.y - lids.lower;
  const bool is_inside = above < 0.0f && below < 0.0f;
  Sample result{0.0f, 0.0f};
  if (is_inside) {
    result.added = ball_value(eye, lids, ball);
  } else {
    result.skin = lid_factor(eye, lids, closure);
  }
  // Lashes root in the upper margin. Seen from the front they stand up from the open lid, point at
  // the camera half way and hang over the lower lid once it is closed.
  const float direction = mix(1.0f, -1.5f, closure);
  const float length = person_.lash_length * 2.6f * std::abs(direction) + 0.4f;
  const float out = direction > 0.0f ? above : -above;
  float lash = 0.90f * bell(above - 0.15f, 0.62f);
  if (out > 0.0f && out < length) {
    const float rest = 1.0f - out / length;
    lash = std::max(lash, 0.62f * rest * (1.6f * lids.lash - 0.55f));
  }
  const float cover =
      std::clamp(person_.lash_darkness * lash * smooth_step(0.0f, 0.5f, lids.lash), 0.0f, 0.95f);
  result.skin *= 1.0f - cover;
  result.added *= 1.0f - cover;
  return result;
}

PixelBox EyePainter::project_grid(const RigidMotion& world_from_head,
                                  const Camera& camera,
                                  Workspace& work) const {
  work.points.resize(grid_.size());
  Point low{1e9f, 1e9f};
  Point high{-1e9f, -1e9f};
  for (std::size_t i = 0; i < grid_.size(); ++i) {
    const Point p = camera(world_from_head(grid_[i]));
    low = {std::min(low.x, p.x), std::min(low.y, p.y)};
    high = {std::max(high.x, p.x), std::max(high.y, p.y)};
    work.points[i] = p;
  }
  return {static_cast<int>(std::floor(low.x)),
          static_cast<int>(std::floor(low.y)),
          static_cast<int>(std::ceil(high.x)) + 1,
          static_cast<int>(std::ceil(high.y)) + 1};
}

void EyePainter::fill_samples(const PixelBox& box,
                              float closure,
                              const Ball& ball,
                              Workspace& work) const {
  const int width = box.width() * kSamples;
  const int height = box.height() * kSamples;
  const auto count = static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
  work.skin.assign(count, 1.0f);
  work.added.assign(count, 0.0f);
  // Sample (0, 0) of a pixel lies a third of a pixel left of and above its center.
  for (Point& p : work.points) {
    p = {(p.x - static_cast<float>(box.left)) * kSamples + 1.0f,
         (p.y - static_cast<float>(box.top)) * kSamples + 1.0f};
  }
  const PixelBox clip{0, 0, width, height};
  const auto fill = [&](int a, int b, int c) {
    const auto place = [](int i) {
      const int row = i / kGridColumns;
      return Point{kLeft + kCell * static_cast<float>(i % kGridColumns),
                   kTop + kCell * static_cast<float>(row)};
    };
    if (shape_.nasal_sign() < 0.0f) std::swap(b, c);  // the left eye's plane is mirrored
    const Point ea = place(a), eb = place(b), ec = place(c);
    const auto at = [&](int i) { return work.points[static_cast<std::size_t>(i)]; };
    fill_triangle(at(a), at(b), at(c), clip, [&](int x, int y, float wa, float wb, float wc) {
      const Point eye = ea * wa + eb * wb + ec * wc;
      const Sample drawn = sample(eye, lids_at(eye.x, work.columns), closure, ball);
      const std::size_t i = static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
                            static_cast<std::size_t>(x);
      work.skin[i] = drawn.skin;
      work.added[i] = drawn.added;
    });
  };
  for (int row = 0; row + 1 < kGridRows; ++row) {
    for (int column = 0; column + 1 < kGridColumns; ++column) {
      const int i = row * kGridColumns + column;
      fill(i, i + 1, i + kGridColumns);
      fill(i + 1, i + kGridColumns + 1, i + kGridColumns);
    }
  }
}

void EyePainter::draw(const EyeState& state,
                      const RigidMotion& world_from_head,
                      const Camera& camera,
                      const Light& light,
                      Workspace& work,
                      Canvas& canvas) const {
  const PixelBox reach = project_grid(world_from_head, camera, work);
  const PixelBox box{std::max(reach.left, 0),
                     std::max(reach.top, 0),
                     std::min(reach.right, canvas.width),
                     std::min(reach.bottom, canvas.height)};
  if (box.is_empty()) return;
  trace_lids(state, work.columns);
  fill_samples(box, state.closure, make_ball(state, world_from_head, camera, light), work);

  const auto stride = static_cast<std::size_t>(box.width() * kSamples);
  for (int y = 0; y < box.height(); ++y) {
    float* pixels = canvas.row(box.top + y) + box.left;
    for (int x = 0; x < box.width(); ++x) {
      float skin = 0.0f;
      float added = 0.0f;
      for (int k = 0; k < kSamples; ++k) {
        const std::size_t i = static_cast<std::size_t>(y * kSamples + k) * stride +
                              static_cast<std::size_t>(x * kSamples);
        skin += work.skin[i] + work.skin[i + 1] + work.skin[i + 2];
        added += work.added[i] + work.added[i + 1] + work.added[i + 2];
      }
      pixels[x] = (pixels[x] * skin + added) * (1.0f / (kSamples * kSamples));
    }
  }
}

}  // namespace eyelid::synthesis
