// SPDX-License-Identifier: MIT
#include "eyelid/synthesis/portrait.hpp"

#include "eyelid/synthesis/random.hpp"
#include "eyelid/synthesis/scene.hpp"

namespace eyelid::synthesis {
namespace {

void choose_closure(Moment& moment, const PortraitOptions& options, Random& random) {
  const double pick = random.unit();
  const float open_right = random.uniform_f(0.0, 0.15);
  float right = open_right;
  float left = open_right * random.uniform_f(0.6, 1.4);
  const double closed_end = static_cast<double>(options.wink + options.closed);
  if (pick < static_cast<double>(options.wink)) {
    right = 1.0f;
    if (random.chance(0.5)) std::swap(right, left);
  } else if (pick < closed_end) {
    // Mostly shut for good, sometimes a slit.
    right = left = random.chance(0.75) ? 1.0f : random.uniform_f(0.88, 1.0);
  } else if (pick < closed_end + static_cast<double>(options.half_closed)) {
    right = random.uniform_f(0.15, 0.95);
    left = std::clamp(right + random.uniform_f(-0.08, 0.08), 0.0f, 1.0f);
  }
  moment.right.closure = right;
  moment.left.closure = left;
}

Scene::Options choose_scene(const Person& person,
                            const PortraitOptions& options,
                            std::uint64_t seed,
                            Random& random) {
  Scene::Options scene;
  scene.width = options.width;
  scene.height = options.height;
  scene.seed = seed;
  scene.has_glasses = random.chance(static_cast<double>(options.glasses));
  const float outer_eye_mm = 2.0f * (person.eye_distance + person.eye_half_width);
  scene.camera.pixels_per_mm = random.uniform_f(static_cast<double>(options.min_eye_distance_px),
                                                static_cast<double>(options.max_eye_distance_px)) /
                               outer_eye_mm;
  scene.camera.distance_mm = random.uniform_f(500.0, 1200.0);
  scene.camera.origin_px = {
      0.5f * static_cast<float>(options.width) * random.uniform_f(0.94, 1.06),
      0.45f * static_cast<float>(options.height) * random.uniform_f(0.94, 1.06)};
  scene.light.direction = unit({random.uniform_f(-1.0, 1.0), random.uniform_f(-1.0, 0.2), 1.0f});
  scene.light.key = random.uniform_f(0.3, 0.9);
  scene.light.fill = random.uniform_f(0.25, 0.7);
  scene.vignette = random.uniform_f(0.0, 0.35);
  return scene;
}

}  // namespace

PortraitSubject::PortraitSubject(std::uint64_t person_seed)
    : model_(std::make_shared<const HeadModel>(make_person(person_seed))) {}

Portrait PortraitSubject::portrait(std::uint64_t seed, const PortraitOptions& options) const {
  Random random(seed, 0x706f727472ull);
  const Person& person = model_->person();
  const Scene::Options scene_options = choose_scene(person, options, seed, random);
  const Scene scene(model_, scene_options);

  Moment moment;
  const auto within = [&](float range) {
    return random.uniform_f(-static_cast<double>(range), static_cast<double>(range));
  };
  moment.pose = {within(options.yaw_deg), within(options.pitch_deg), within(options.roll_deg), {}};
  choose_closure(moment, options, random);
  const float gaze_right = random.uniform_f(-14.0, 14.0) - 0.4f * moment.pose.yaw_deg;
  const float gaze_down = random.uniform_f(-8.0, 10.0) - 0.4f * moment.pose.pitch_deg;
  for (EyeState* eye : {&moment.right, &moment.left}) {
    eye->gaze_right_deg = gaze_right;
    eye->gaze_down_deg = gaze_down;
  }
  moment.brightness = random.uniform_f(0.7, 1.25) * std::pow(0.5f / person.skin_albedo, 0.2f);
  moment.spread = random.uniform_f(0.03, 0.25);
  moment.spread_passes = 1 + random.index(3);
  moment.noise = random.uniform_f(0.5, 5.0);
  moment.noise_seed = seed;

  Portrait portrait;
  scene.render(moment, portrait.image);
  portrait.eyes = scene.eyes(moment);
  portrait.points = scene.points(moment);
  portrait.face_box = scene.face_box(moment);
  portrait.keypoints = scene.keypoints(moment);
  portrait.fec = {moment.right.closure, moment.left.closure};
  portrait.has_glasses = scene_options.has_glasses;
  return portrait;
}

Portrait render_portrait(std::uint64_t seed, const PortraitOptions& options) {
  return PortraitSubject(mixed_bits(seed)).portrait(seed, options);
}

}  // namespace eyelid::synthesis
