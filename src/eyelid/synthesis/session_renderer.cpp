// SPDX-License-Identifier: MIT
#include "eyelid/synthesis/session_renderer.hpp"

#include <cmath>
#include <numbers>

#include "eyelid/core/error.hpp"
#include "eyelid/synthesis/random.hpp"
#include "eyelid/synthesis/scene.hpp"

namespace eyelid::synthesis {
namespace {

constexpr double kTurn = 2.0 * std::numbers::pi;

/// A slow wandering: middle + sum of three waves of 0.03 to 0.35 Hz, within +-reach.
class Drift {
 public:
  Drift(double middle, double reach, Random& random) : middle_(middle) {
    constexpr double kShares[3] = {0.6, 0.3, 0.1};
    for (int i = 0; i < 3; ++i) {
      waves_[i] = {reach * kShares[i],
                   kTurn * random.uniform(0.03, 0.1) * (1.0 + 1.2 * i),
                   kTurn * random.unit()};
    }
  }
  float operator()(double time_s) const {
    double value = middle_;
    for (const Wave& wave : waves_) value += wave.reach * std::sin(wave.rate * time_s + wave.phase);
    return static_cast<float>(value);
  }

 private:
  struct Wave {
    double reach, rate, phase;
  };
  double middle_;
  Wave waves_[3];
};

// Middle and wandering together stay within +-range.
Drift pose_drift(bool is_posed, double range, double rest, Random& random) {
  if (!is_posed) return Drift(random.uniform(-1.5, 1.5), rest, random);
  const double reach = 0.25 * range;
  return Drift(random.uniform(-(range - reach), range - reach), reach, random);
}

struct HeadDrift {
  Drift yaw, pitch, roll, x, y, z;

  HeadDrift(bool is_posed, Random& random)
      : yaw(pose_drift(is_posed, 10.0, 1.2, random)),
        pitch(pose_drift(is_posed, 20.0, 1.0, random)),
        roll(pose_drift(is_posed, 12.5, 0.8, random)),
        x(0.0, is_posed ? 12.0 : 4.0, random),
        y(0.0, is_posed ? 8.0 : 3.0, random),
        z(0.0, is_posed ? 15.0 : 5.0, random) {}

  HeadPose at(double t) const { return {yaw(t), pitch(t), roll(t), {x(t), y(t), z(t)}}; }
};

Scene::Options scene_options(const SessionOptions& options) {
  Random random(options.seed, 0x7363656e65ull);
  Scene::Options scene;
  scene.width = options.width;
  scene.height = options.height;
  scene.seed = options.seed;
  scene.has_glasses = options.with_glasses;
  const float size = static_cast<float>(std::min(options.width / 640.0, options.height / 480.0));
  scene.camera.pixels_per_mm = size * random.uniform_f(1.06, 1.20);
  scene.camera.distance_mm = random.uniform_f(600.0, 900.0);
  scene.camera.origin_px = {
      0.5f * static_cast<float>(options.width) + size * random.uniform_f(-15, 15),
      0.44f * static_cast<float>(options.height) + size * random.uniform_f(-8, 8)};
  scene.light.direction = unit({random.uniform_f(-0.6, 0.6), random.uniform_f(-0.7, -0.25), 1.0f});
  scene.light.key = random.uniform_f(0.6, 0.85);
  scene.light.fill = random.uniform_f(0.32, 0.52);
  scene.vignette = random.uniform_f(0.1, 0.3);
  return scene;
}

}  // namespace

struct SessionRenderer::Parts {
  SessionOptions options;
  Person person;
  Scene scene;
  LidMotion motion;
  HeadDrift head;
  float exposure;
  std::vector<Point> fixations;  // degrees to the right and down, one per kFixation

  static constexpr double kFixation = 1.3;  // s
  static constexpr double kSaccade = 0.04;

  Parts(const SessionOptions& session, Random random)
      : options(session),
        person(make_person(session.seed)),
        scene(std::make_shared<const HeadModel>(person), scene_options(session)),
        motion({session.seed, session.seconds, session.trials, session.isi_s}),
        head(session.with_pose, random) {
    // The operator opens the lens further for darker skin, not all the way.
    exposure = 0.98f * std::pow(0.5f / person.skin_albedo, 0.25f) * random.uniform_f(0.92, 1.08);
    for (double t = 0.0; t < session.seconds + 2 * kFixation; t += kFixation) {
      fixations.push_back({random.uniform_f(-3.0, 3.0), random.uniform_f(-2.5, 2.5)});
    }
  }

  double time_s(std::int64_t frame) const {
    return static_cast<double>(frame) / options.frames_per_second;
  }
  Moment moment(std::int64_t frame) const;
};

Moment SessionRenderer::Parts::moment(std::int64_t frame) const {
  const double t = time_s(frame);
  Moment moment;
  moment.pose = head.at(t);
  moment.right.closure = motion.closure(Eye::Right, t);
  moment.left.closure = motion.closure(Eye::Left, t);
  const auto index = static_cast<std::size_t>(t / kFixation);
  const double within = t - kFixation * static_cast<double>(index);
  const float moved = smooth_step(0.0f, static_cast<float>(kSaccade), static_cast<float>(within));
  const Point gaze = fixations[index] * (1.0f - moved) + fixations[index + 1] * moved;
  for (EyeState* eye : {&moment.right, &moment.left}) {
    // The eyes mostly stay with the camera when the head turns.
    eye->gaze_right_deg = gaze.x - 0.7f * moment.pose.yaw_deg;
    eye->gaze_down_deg = gaze.y - 0.5f * moment.pose.pitch_deg;
  }
  const double ripple = options.with_flicker ? 0.05 * std::sin(kTurn * 100.0 * t + 0.7) : 0.0;
  moment.brightness = exposure * static_cast<float>(std::sqrt(1.0 + ripple));
  moment.noise = options.with_noise ? 4.0f : 1.2f;
  moment.noise_seed = mixed_bits(options.seed) + static_cast<std::uint64_t>(frame);
  return moment;
}

SessionRenderer::SessionRenderer(const SessionOptions& options) {
  EYELID_EXPECTS(options.width >= 64 && options.height >= 64);
  EYELID_EXPECTS(options.frames_per_second > 0.0);
  parts_ = std::make_unique<const Parts>(options, Random(options.seed, 0x64726966ull));
}

SessionRenderer::~SessionRenderer() = default;
SessionRenderer::SessionRenderer(SessionRenderer&&) noexcept = default;

const SessionOptions& SessionRenderer::options() const { return parts_->options; }
const std::vector<Trial>& SessionRenderer::trials() const { return parts_->motion.trials(); }
const std::vector<LidEvent>& SessionRenderer::events() const { return parts_->motion.events(); }

std::int64_t SessionRenderer::frame_count() const {
  return std::llround(parts_->options.seconds * parts_->options.frames_per_second);
}

FrameTruth SessionRenderer::truth(std::int64_t frame) const {
  EYELID_EXPECTS(frame >= 0 && frame < frame_count());
  const Moment moment = parts_->moment(frame);
  FrameTruth truth;
  truth.frame = frame;
  truth.time_s = parts_->time_s(frame);
  truth.fec = {moment.right.closure, moment.left.closure};
  truth.eyes = parts_->scene.eyes(moment);
  truth.face_box = parts_->scene.face_box(moment);
  truth.keypoints = parts_->scene.keypoints(moment);
  truth.pose = moment.pose;
  return truth;
}

void SessionRenderer::render(std::int64_t frame, GrayImage& image) const {
  EYELID_EXPECTS(frame >= 0 && frame < frame_count());
  parts_->scene.render(parts_->moment(frame), image);
}

}  // namespace eyelid::synthesis
