// SPDX-License-Identifier: MIT
#include "eyelid/synthesis/head_model.hpp"

#include <numbers>

#include "eyelid/synthesis/random.hpp"
#include "eyelid/synthesis/skin.hpp"

namespace eyelid::synthesis {
namespace {

constexpr float kPi = std::numbers::pi_v<float>;
constexpr int kFaceColumns = 133;

// Half the columns lie within 30 degrees of the front, where the features are.
float column_angle(float column) {
  const float t = 2.0f * column / (kFaceColumns - 1) - 1.0f;
  const float turn = 0.95f * t + 1.06f * t * t * t;
  return turn;
}

// Close rows between brows and chin, wide ones on the skull.
std::vector<float> face_rows(float bottom) {
  std::vector<float> rows;
  for (int i = 0; i <= 12; ++i) {
    const float t = static_cast<float>(i) / 13.0f;
    rows.push_back(HeadShape::kTop + 56.0f * t * t);  // dense at the pole
  }
  for (float y = -60.0f; y < -32.0f; y += 2.0f) rows.push_back(y);
  for (float y = -32.0f; y < bottom - 13.0f; y += 1.15f) rows.push_back(y);
  const float start = rows.back();
  for (int i = 1; i <= 16; ++i) {
    const float t = 1.0f - static_cast<float>(i) / 16.0f;
    rows.push_back(bottom - (bottom - start) * t * t);
  }
  return rows;
}

}  // namespace

HeadModel::HeadModel(const Person& person)
    : person_(person),
      shape_(person),
      right_eye_(person, Eye::Right),
      left_eye_(person, Eye::Left) {
  build_face();
  build_ears();
  build_torso();
  if (person.hair == HairStyle::Long) build_loose_hair();
  place_points();
}

void HeadModel::build_face() {
  const std::vector<float> rows = face_rows(shape_.bottom());
  face_ = make_mesh(kFaceColumns, static_cast<int>(rows.size()), [&](int column, int row) {
    return shape_.at_angle(rows[static_cast<std::size_t>(row)],
                           column_angle(static_cast<float>(column)));
  });
  std::vector<float> cover(face_.positions.size());
  for (int row = 0; row < face_.rows; ++row) {
    for (int column = 0; column < face_.columns; ++column) {
      const std::size_t i = face_.index(column, row);
      const float y = rows[static_cast<std::size_t>(row)];
      const float angle = column_angle(static_cast<float>(column));
      cover[i] = hair_cover(person_, angle, y);
      // The hair is at full color where it begins to rise from the skin.
      const float rise = hair_cover(person_, angle, y, 5.0f);
      // All columns meet at the pole, so what differs between them fades there.
      const float crown = smooth_step(-112.0f, -92.0f, y);
      const float tuft = mix(0.5f, plane_noise(angle * 5.0f, y * 0.04f, person_.seed + 51), crown);
      const float side = 1.0f - 0.55f * smooth_step(0.9f, 1.4f, std::abs(angle));
      face_.positions[i] = face_.positions[i] + face_.normals[i] * (person_.hair_thickness * side *
                                                                    rise * (0.7f + 0.5f * tuft));
      const float side_outline = smooth_step(1.0f, 1.25f, std::abs(angle));
      const float end_outline =
          std::max(smooth_step(-80.0f, -95.0f, y), smooth_step(-10.0f, -4.0f, y - shape_.bottom()));
      face_.softness[i] = std::max(side_outline, end_outline);
    }
  }
  update_normals(face_);
  bake_openness(face_, 45.0f);
  for (std::size_t i = 0; i < cover.size(); ++i) {
    const Vector3 p = face_.positions[i];
    const float oily =
        1.0f + 0.8f * bell(p.x, 10.0f) * bell(p.y - 15.0f, 40.0f) + 0.5f * bell(p.y + 45.0f, 18.0f);
    face_.gloss[i] = mix(person_.gloss * oily, 0.06f, cover[i]);
  }
  paint(face_, [&](const TexelPlace& place) {
    return face_albedo(person_, shape_, column_angle(place.column), place.position);
  });
}

void HeadModel::build_ears() {
  constexpr int kRings = 9;
  constexpr int kSpokes = 25;
  for (const float side : {-1.0f, 1.0f}) {
    const Vector3 center{side * (shape_.half_width(16.0f) + 5.0f), 16.0f, -78.0f};
    const Vector3 back{side * 0.62f, 0.0f, -0.78f};
    const Vector3 out{side * 0.78f, 0.0f, 0.62f};
    const auto at = [&](int spoke, int ring) {
      const float r = static_cast<float>(ring) / (kRings - 1);
      const float turn = side * 2.0f * kPi * static_cast<float>(spoke) / (kSpokes - 1);
      const float lobe = 1.0f - 0.28f * smooth_step(0.2f, 1.0f, std::sin(turn));
      const float v = 28.0f * r * std::sin(turn);
      const float u = 14.0f * r * lobe * std::cos(turn) + 3.0f * std::sin(turn) * -1.0f;
      const float bowl = 4.0f * smooth_step(0.55f, 0.85f, r) - 5.0f * smooth_step(0.88f, 1.0f, r);
      return center + back * u + Vector3{0.0f, v, 0.0f} + out * bowl;
    };
    SurfaceMesh ear =
        make_mesh(kSpokes, kRings, [&](int c, int r) { return at(c, kRings - 1 - r); });
    for (int ring = 0; ring < kRings; ++ring) {
      const float r = 1.0f - static_cast<float>(ring) / (kRings - 1);
      for (int spoke = 0; spoke < kSpokes; ++spoke) {
        const std::size_t i = ear.index(spoke, ring);
        // Rim, groove, fold and bowl from the edge inwards.
        const float rim = bell(r - 0.93f, 0.12f);
        const float fold = 0.75f * bell(r - 0.60f, 0.14f);
        const float bowl = 0.35f * smooth_step(0.40f, 0.15f, r);
        ear.openness[i] = 0.40f + 0.42f * std::max(rim, fold) - 0.6f * bowl;
        ear.gloss[i] = 0.4f * person_.gloss;
        ear.softness[i] = 0.0f;
        // Front of a curled sheet: leave the light of its own plane dominant.
        ear.normals[i] = unit(ear.normals[i] + out * 1.5f);
      }
    }
    paint(ear, [&](const TexelPlace& place) {
      return person_.skin_albedo * (0.85f + 0.15f * place.row / kRings);
    });
    ears_.push_back(std::move(ear));
  }
}

void HeadModel::build_torso() {
  constexpr int kColumns = 91;
  constexpr int kRows = 60;
  const float neck = 55.0f * person_.face_width * mix(1.0f, person_.jaw_width, 0.6f);
  const Curve width({{60, neck},
                     {118, neck},
                     {138, neck + 5},
                     {152, neck + 18},
                     {165, neck + 45},
                     {182, 145},
                     {205, 178},
                     {240, 192},
                     {420, 200}});
  const Curve front(
      {{60, -45}, {118, -44}, {140, -38}, {160, -28}, {200, -5}, {260, 12}, {420, 18}});
  torso_ = make_mesh(kColumns, kRows, [&](int column, int row) {
    const float y = 60.0f + 330.0f * static_cast<float>(row) / (kRows - 1);
    const float angle = (static_cast<float>(column) / (kColumns - 1) - 0.5f) * 1.1f * kPi;
    const float x = width(y) * std::sin(angle);
    const float c = std::cos(angle);
    return Vector3{x, y, -98.0f + (front(y) + 98.0f) * c};
  });
  const auto collar = [](float x) { return 166.0f - 24.0f * std::min(1.0f, x * x / 4900.0f); };
  for (std::size_t i = 0; i < torso_.positions.size(); ++i) {
    const Vector3 p = torso_.positions[i];
    // The head keeps the light off the throat.
    torso_.openness[i] = mix(0.30f, 0.85f, smooth_step(108.0f, 172.0f, p.y));
    torso_.gloss[i] = p.y < collar(p.x) ? 0.5f * person_.gloss : 0.0f;
  }
  paint(torso_, [&](const TexelPlace& place) {
    const Vector3 p = place.position;
    const float weave = plane_noise(p.x * 0.5f, p.y * 0.5f, person_.seed + 61);
    const float folds = plane_noise(p.x * 0.03f, p.y * 0.012f, person_.seed + 62);
    const float cloth = person_.shirt_albedo * (0.75f + 0.15f * weave + 0.35f * folds);
    const float edge = p.y - collar(p.x);
    const float seam = 1.0f - 0.35f * bell(edge - 2.0f, 3.5f) - 0.15f * bell(edge - 13.0f, 3.0f);
    return mix(person_.skin_albedo, cloth * seam, smooth_step(-3.0f, 3.0f, edge));
  });
}

void HeadModel::build_loose_hair() {
  constexpr int kColumns = 61;
  constexpr int kRows = 40;
  const float crown = 78.0f * person_.face_width + 0.6f * person_.hair_thickness;
  const Curve width({{-100, crown * 0.6f},
                     {-60, crown},
                     {0, crown + 6},
                     {60, crown + 7},
                     {120, crown + 2},
                     {170, crown - 4},
                     {200, crown - 14}});
  loose_hair_ = make_mesh(kColumns, kRows, [&](int column, int row) {
    const float y = -100.0f + 300.0f * static_cast<float>(row) / (kRows - 1);
    const float angle = (static_cast<float>(column) / (kColumns - 1) - 0.5f) * 1.25f * kPi;
    const float wave = 5.0f * plane_noise(angle * 8.0f, y * 0.02f, person_.seed + 71);
    return Vector3{(width(y) + wave) * std::sin(angle), y, -105.0f + 38.0f * std::cos(angle)};
  });
  bake_openness(loose_hair_, 30.0f);
  for (std::size_t i = 0; i < loose_hair_.positions.size(); ++i) {
    const Vector3 p = loose_hair_.positions[i];
    loose_hair_.openness[i] *= mix(0.25f, 0.9f, smooth_step(50.0f, 80.0f, std::abs(p.x)));
    loose_hair_.gloss[i] = 0.05f;
  }
  paint(loose_hair_, [&](const TexelPlace& place) {
    return strand_albedo(person_, place.column * 5.0f, place.position.y);
  });
}

void HeadModel::place_points() {
  place_outline();
  place_brows_and_nose();
  place_mouth();
  for (const Eye side : {Eye::Right, Eye::Left}) place_lids(eye(side), side);
}

// 0-16: down the outline from ear to ear, closer together at the chin.
void HeadModel::place_outline() {
  for (std::size_t i = 0; i < 17; ++i) {
    const float t = static_cast<float>(i) / 8.0f - 1.0f;
    const float y = mix(shape_.chin_y() + 11.0f, 8.0f, std::pow(std::abs(t), 1.35f));
    const float angle = std::copysign(1.35f * smooth_step(0.0f, 0.45f, std::abs(t)), t);
    points_[i] = shape_.at_angle(y, angle);
  }
}

// 17-26 brows, 27-35 nose.
void HeadModel::place_brows_and_nose() {
  for (std::size_t i = 0; i < 5; ++i) {
    const float x = person_.eye_distance + 20.0f - 9.5f * static_cast<float>(i);
    const float y = shape_.brow_line(x) - 0.6f * person_.brow_thickness;
    points_[17 + i] = shape_.at_front(-x, y);
    points_[26 - i] = shape_.at_front(x, y);
  }
  const float base = shape_.nose_base_y();
  for (std::size_t i = 0; i < 4; ++i) {
    points_[27 + i] = shape_.at_front(0, mix(-4.0f, 0.83f * base, static_cast<float>(i) / 3.0f));
  }
  constexpr float kBelowBase[5] = {-0.5f, 1.2f, 2.2f, 1.2f, -0.5f};
  for (std::size_t i = 0; i < 5; ++i) {
    const float x = 6.0f * (static_cast<float>(i) - 2.0f) * person_.nose_width;
    points_[31 + i] = shape_.at_front(x, base + kBelowBase[i]);
  }
}

// 48-59 outer, 60-67 inner contour of the lips; the mouth is shut, so the inner ones meet.
void HeadModel::place_mouth() {
  const float width = person_.mouth_width;
  for (std::size_t i = 0; i < 7; ++i) {
    const float x = width * (static_cast<float>(i) - 3.0f) / 3.0f;
    points_[48 + i] = shape_.at_front(x, shape_.upper_lip_edge(x));
  }
  for (std::size_t i = 0; i < 5; ++i) {
    const float outer = width * (2.0f - static_cast<float>(i)) / 3.0f;
    points_[55 + i] = shape_.at_front(outer, shape_.lower_lip_edge(outer));
    const float inner = 0.85f * width * (static_cast<float>(i) - 2.0f) / 2.0f;
    points_[60 + i] = shape_.at_front(inner, shape_.mouth_line(inner));
    if (i > 0 && i < 4) points_[68 - i] = points_[60 + i];
  }
}

// 36-41 right, 42-47 left, from the image's left corner clockwise.
void HeadModel::place_lids(const EyeShape& shape, Eye side) {
  const std::size_t begin = side == Eye::Right ? kRightEyeBegin : kLeftEyeBegin;
  const EyePoints open = shape.contour(0.0f);
  for (std::size_t i = 0; i < open.size(); ++i) {
    const Point head = shape.head_from_eye(open[i]);
    points_[begin + i] = shape_.at_front(head.x, head.y);
  }
}

std::array<Vector3, 6> HeadModel::keypoints() const {
  const float ear = shape_.half_width(16.0f);
  return {shape_.at_front(-person_.eye_distance, 0.0f),
          shape_.at_front(person_.eye_distance, 0.0f),
          shape_.at_front(0.0f, 36.0f * person_.nose_length),
          shape_.at_front(0.0f, shape_.mouth_y()),
          Vector3{-ear, 14.0f, -68.0f},
          Vector3{ear, 14.0f, -68.0f}};
}

}  // namespace eyelid::synthesis
