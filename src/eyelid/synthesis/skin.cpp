// SPDX-License-Identifier: MIT
#include "eyelid/synthesis/skin.hpp"

#include "eyelid/synthesis/random.hpp"

namespace eyelid::synthesis {
namespace {

constexpr float kDegrees = 57.29578f;

float brow_cover(const Person& person, const HeadShape& shape, float x, float y) {
  const float ax = std::abs(x);
  const float along = (ax - person.eye_distance) / 19.0f;
  if (along < -1.3f || along > 1.4f || std::abs(y - person.brow_height) > 14.0f) return 0.0f;
  const float thickness = person.brow_thickness * mix(1.15f, 0.55f, smooth_step(0.0f, 1.2f, along));
  const float off = (y - shape.brow_line(x)) / thickness;
  const float ends = smooth_step(-1.12f, -0.8f, along) * (1.0f - smooth_step(0.95f, 1.3f, along));
  // Strokes lean outwards, more so toward the temple.
  const float lean = mix(0.5f, 2.2f, smooth_step(-0.9f, 0.7f, along));
  const float strokes =
      plane_noise(1.1f * (ax + lean * y), 0.25f * y, person.seed + (x > 0 ? 7 : 8));
  const float body = std::exp(-off * off * off * off);
  return ends * body * std::clamp(person.brow_density * (0.55f + 0.75f * strokes), 0.0f, 1.0f);
}

float lip_cover(const HeadShape& shape, float x, float y) {
  if (std::abs(y - shape.mouth_y()) > 20.0f || std::abs(x) > 1.05f * shape.mouth_half_width()) {
    return 0.0f;
  }
  const float inside = 1.0f - smooth_step(0.93f, 1.02f, std::abs(x) / shape.mouth_half_width());
  return inside * smooth_step(-0.7f, 0.7f, y - shape.upper_lip_edge(x)) *
         smooth_step(-0.9f, 0.9f, shape.lower_lip_edge(x) - y);
}

float nostril_cover(const Person& person, const HeadShape& shape, float x, float y) {
  if (std::abs(y - shape.nose_base_y()) > 6.0f || std::abs(x) > 16.0f) return 0.0f;
  const float dx = (std::abs(x) - 6.8f * person.nose_width) / (4.4f * person.nose_width);
  const float dy = (y - shape.nose_base_y() + 0.3f + 0.12f * (std::abs(x) - 6.8f)) / 2.1f;
  return 0.86f * (1.0f - smooth_step(0.55f, 1.1f, std::sqrt(dx * dx + dy * dy)));
}

float stubble_cover(const Person& person, const HeadShape& shape, float x, float y) {
  if (person.beard <= 0.0f || y < 28.0f) return 0.0f;
  const float ax = std::abs(x);
  const float jaw = smooth_step(
      0.0f,
      14.0f,
      y - mix(38.0f, 20.0f, smooth_step(42.0f, 66.0f, ax)) - 10.0f * bell(ax - 36.0f, 14.0f));
  const float moustache = bell(y - shape.mouth_y() + 14.0f, 7.0f) * bell(ax, 26.0f);
  const float below_lip =
      1.0f - 0.6f * bell(y - shape.mouth_y() - 14.0f, 5.0f) * bell(ax - 14.0f, 9.0f);
  const float grain = plane_noise(x * 1.3f, y * 1.3f, person.seed + 21);
  const float cover = std::max(jaw * below_lip, moustache) * (0.65f + 0.5f * grain);
  return person.beard * std::clamp(cover, 0.0f, 1.0f) * smooth_step(28.0f, 46.0f, y);
}

float skin_tone(const Person& person, const HeadShape& shape, float x, float y) {
  const float blotch = plane_noise(x * 0.06f, y * 0.06f, person.seed + 1);
  const float pores = plane_noise(x * 0.9f, y * 0.9f, person.seed + 2);
  float tone = 1.0f + 0.14f * (blotch - 0.5f) + 0.07f * (pores - 0.5f);
  const float ax = std::abs(x);
  // Thin skin around the eyes is darker; cheeks and nose are flushed.
  tone *= 1.0f - 0.16f * bell(ax - person.eye_distance, 19.0f) * bell(y - 4.0f, 13.0f);
  tone *= 1.0f - 0.05f * bell(ax - 38.0f, 15.0f) * bell(y - 32.0f, 14.0f);
  if (y < -12.0f) {
    const float wrinkle =
        std::sin(0.55f * (y + 3.0f * plane_noise(x * 0.04f, 0.0f, person.seed + 3)));
    tone *= 1.0f - 0.07f * person.age * bell(y + 45.0f, 14.0f) * bell(x, 40.0f) * wrinkle * wrinkle;
    tone *= 1.0f - 0.16f * person.age * bell(ax - 9.0f, 1.2f) * bell(y + 20.0f, 6.0f);
  }
  // Line between the lips, darkest in the middle and in the corners.
  if (std::abs(y - shape.mouth_y()) < 8.0f && ax < 1.05f * shape.mouth_half_width()) {
    const float mouth = smooth_step(1.02f, 0.85f, ax / shape.mouth_half_width());
    tone *= 1.0f - 0.72f * mouth * bell(y - shape.mouth_line(x), 1.25f);
  }
  return tone;
}

// y where the hair begins, over the turn from the front in degrees.
float hairline_y(const Person& person, float degrees) {
  const float temple = mix(person.hairline, -36.0f, smooth_step(20.0f, 58.0f, degrees));
  const float sideburn_end = person.hair == HairStyle::Short ? 14.0f : 4.0f;
  const float side = mix(temple, sideburn_end, smooth_step(54.0f, 72.0f, degrees));
  return mix(side, 62.0f, smooth_step(92.0f, 100.0f, degrees));
}

}  // namespace

float hair_cover(const Person& person, float angle, float y, float inset_mm) {
  const float degrees = std::abs(angle) * kDegrees;
  if (degrees < 45.0f && y > -30.0f) return 0.0f;  // the face itself
  const float line = hairline_y(person, degrees);
  // Distance from the line, not height over it: the edge is as soft where it falls steeply.
  const float slope = (hairline_y(person, degrees + 1.0f) - line) / 1.3f;
  const float off = (y - line) / std::sqrt(1.0f + slope * slope);
  const float around = degrees * 1.3f + 0.8f * y;
  const float ragged = 4.0f * (plane_noise(around * 0.13f, y * 0.05f, person.seed + 31) - 0.5f) +
                       2.5f * (plane_noise(around * 0.7f, y * 0.25f, person.seed + 32) - 0.5f);
  return smooth_step(3.5f, -3.5f, off - ragged + inset_mm);
}

float strand_albedo(const Person& person, float across, float along) {
  const float bend = 5.0f * plane_noise(across * 0.05f, along * 0.03f, person.seed + 41);
  const float fine = plane_noise((across + bend) * 0.9f, along * 0.05f, person.seed + 42);
  const float tuft = plane_noise((across + bend) * 0.22f, along * 0.025f, person.seed + 43);
  return person.hair_albedo * (0.45f + 0.55f * fine + 0.6f * tuft);
}

float face_albedo(const Person& person, const HeadShape& shape, float angle, Vector3 place) {
  const bool is_face = std::abs(angle) < 1.4f && place.y > -70.0f;
  float albedo = person.skin_albedo;
  if (is_face) {
    const float x = place.x;
    const float y = place.y;
    albedo *= skin_tone(person, shape, x, y);
    albedo *= mix(1.0f, person.lip_contrast, lip_cover(shape, x, y));
    albedo *= 1.0f - nostril_cover(person, shape, x, y);
    const float dark = std::min(person.hair_albedo, 0.5f * person.skin_albedo);
    albedo = mix(albedo, dark, 0.6f * stubble_cover(person, shape, x, y));
    albedo = mix(albedo, 0.9f * dark, brow_cover(person, shape, x, y));
  }
  const float cover = hair_cover(person, angle, place.y);
  if (cover > 0.0f) {
    albedo = mix(albedo, strand_albedo(person, angle * 85.0f, place.y - place.z), cover);
  }
  return albedo;
}

}  // namespace eyelid::synthesis
