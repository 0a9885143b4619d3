// SPDX-License-Identifier: MIT
#include "eyelid/evaluation/eye_presence_evaluation.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "eyelid/core/error.hpp"
#include "eyelid/core/eye_aspect_ratio.hpp"
#include "eyelid/files/interruption.hpp"
#include "eyelid/landmarks/face_following.hpp"
#include "eyelid/synthesis/random.hpp"
#include "eyelid/video/frame_source.hpp"

namespace eyelid::evaluation {
namespace {

constexpr int kStartsPerFace = 3;
constexpr int kPlacesPerFace = 6;
constexpr int kAttempts = 20;  // where a face fills its picture
constexpr std::uint64_t kPresenceStream = 31;
constexpr float kClosedBelow = 0.12f;
constexpr float kOpenFrom = 0.2f;

FaceBox face_from_centers(Point right, Point left) {
  EyeLandmarks eyes;
  eyes.right.fill(right);
  eyes.left.fill(left);
  return landmarks::carry_face(FaceBox{{}, 1.0f, std::nullopt}, eyes);
}

void add(KeptShare& share, bool is_kept) {
  ++share.count;
  share.kept += is_kept;
}

class PresenceCounter {
 public:
  PresenceCounter(const LocateFace& locate, PresenceEvaluation& result)
      : locate_(locate), result_(result), random_(1, kPresenceStream) {}

  void add_face(const FrameView& image, const EyeLandmarks& eyes) {
    const Point right = eye_center(eyes.right), left = eye_center(eyes.left);
    const float eye_distance = distance(right, left);
    for (int i = 0; i < kStartsPerFace; ++i) {
      const float deviation = 0.06f * eye_distance;
      const auto found =
          locate_from(image, face_from_centers(near(right, deviation), near(left, deviation)));
      for (const Eye eye : kEyes) {
        add(of_state(ear_or_nan(eyes[eye])), found.trusted_eyes[eye]);
      }
    }
    for (int i = 0; i < kPlacesPerFace; ++i) {
      const std::optional<FaceBox> place = random_place(image, right, left);
      if (!place) continue;
      const auto found = locate_from(image, *place);
      add(result_.places, found.is_trustworthy());
      for (const Eye eye : kEyes) add(result_.place_eyes, found.trusted_eyes[eye]);
    }
  }

 private:
  landmarks::FacePoints locate_from(const FrameView& image, const FaceBox& face) {
    return locate_(image, face, landmarks::PointCount::Twelve);
  }

  KeptShare& of_state(float ear) {
    if (ear < kClosedBelow) return result_.closed_eyes;
    return ear < kOpenFrom ? result_.half_closed : result_.open_eyes;
  }

  Point near(Point p, float deviation) {
    const auto x = static_cast<float>(random_.normal());
    const auto y = static_cast<float>(random_.normal());
    return p + Point{x, y} * deviation;
  }

  std::optional<FaceBox> random_place(const FrameView& image, Point right, Point left) {
    const float eye_distance = distance(right, left);
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      const Point center{random_.uniform_f(0.0, image.width), random_.uniform_f(0.0, image.height)};
      const auto turn = static_cast<float>(0.25 * random_.normal());
      const Point half = Point{std::cos(turn), std::sin(turn)} * (0.5f * eye_distance);
      const Point here[] = {center - half, center + half};
      const bool is_apart = std::ranges::all_of(here, [&](Point p) {
        const float far = 1.2f * eye_distance;
        return distance(p, right) > far && distance(p, left) > far;
      });
      if (is_apart) return face_from_centers(here[0], here[1]);
    }
    return std::nullopt;
  }

  const LocateFace& locate_;
  PresenceEvaluation& result_;
  synthesis::Random random_;
};

}  // namespace

PresenceEvaluation evaluate_presence(const LandmarkDataset& dataset, const LocateFace& locate) {
  PresenceEvaluation result;
  PresenceCounter counter(locate, result);
  for (const LabeledFace& face : dataset.faces) {
    files::throw_if_interrupted();
    try {
      counter.add_face(video::read_image(face.image), face.eyes);
    } catch (const InputError& error) {
      result.problems.emplace_back(error.what());
    }
  }
  return result;
}

}  // namespace eyelid::evaluation
