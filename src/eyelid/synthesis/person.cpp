// SPDX-License-Identifier: MIT
#include "eyelid/synthesis/person.hpp"

#include "eyelid/synthesis/random.hpp"

namespace eyelid::synthesis {
namespace {

void choose_tones(Person& person, Random& random) {
  const double complexion = random.unit();
  person.skin_albedo = static_cast<float>(0.62 - 0.42 * complexion * complexion);
  person.gloss = random.uniform_f(0.06, 0.17);
  const bool is_gray = random.chance(0.15);
  const double darkest = complexion > 0.55 ? 0.05 : 0.20;
  person.hair_albedo = is_gray ? random.uniform_f(0.2, 0.4) : random.uniform_f(0.02, darkest);
  person.iris_albedo =
      complexion > 0.5 ? random.uniform_f(0.03, 0.06) : random.uniform_f(0.05, 0.2);
  person.lip_contrast = random.uniform_f(0.55, 0.78);
  person.age = is_gray ? random.uniform_f(0.5, 1.0) : random.uniform_f(0.0, 0.6);
  person.shirt_albedo = random.uniform_f(0.03, 0.55);
}

void choose_shape(Person& person, Random& random) {
  person.face_width = random.uniform_f(0.95, 1.06);
  person.jaw_width = random.uniform_f(0.92, 1.10);
  person.face_length = random.uniform_f(0.95, 1.05);
  person.cheek = random.uniform_f(0.5, 1.4);
  person.nose_width = random.uniform_f(0.88, 1.2);
  person.nose_height = random.uniform_f(0.85, 1.12);
  person.nose_length = random.uniform_f(0.94, 1.06);
  person.lip_fullness = random.uniform_f(0.75, 1.3);
  person.mouth_width = random.uniform_f(22.5, 27.0);
}

void choose_eyes(Person& person, Random& random) {
  person.brow_ridge = random.uniform_f(0.4, 1.5);
  person.brow_height = random.uniform_f(-22.5, -18.5);
  person.brow_thickness = random.uniform_f(2.2, 4.2);
  person.brow_density = random.uniform_f(0.65, 0.95);
  person.brow_arch = random.uniform_f(1.5, 5.0);
  person.eye_distance = random.uniform_f(30.0, 33.0);
  person.eye_half_width = random.uniform_f(13.6, 15.6);
  person.upper_lid = random.uniform_f(5.5, 7.3);
  person.lower_lid = random.uniform_f(2.8, 3.9);
  person.canthal_tilt_deg = random.uniform_f(0.0, 7.0);
  person.crease = random.uniform_f(2.0, 5.0);
  person.lash_length = random.uniform_f(0.6, 1.4);
  person.lash_darkness = random.uniform_f(0.45, 0.85);
  person.pupil_radius = random.uniform_f(1.5, 3.0);
}

}  // namespace

Person make_person(std::uint64_t seed) {
  Random random(seed, 0x706572736f6eull);
  Person person;
  person.seed = seed;
  choose_tones(person, random);
  choose_shape(person, random);
  choose_eyes(person, random);
  const double style = random.unit();
  person.hair = style < 0.5    ? HairStyle::Short
                : style < 0.78 ? HairStyle::Long
                               : HairStyle::TiedBack;
  person.hair_thickness =
      person.hair == HairStyle::TiedBack ? random.uniform_f(2.0, 4.0) : random.uniform_f(6.0, 13.0);
  person.hairline = random.uniform_f(-76.0, -58.0);
  if (person.hair == HairStyle::Short && random.chance(0.55)) {
    person.beard = random.uniform_f(0.15, 0.8);
  }
  person.crease_depth =
      random.chance(0.2) ? random.uniform_f(0.0, 0.4) : random.uniform_f(0.6, 1.25);
  return person;
}

}  // namespace eyelid::synthesis
