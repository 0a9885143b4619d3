// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/close_up_tracker.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "eyelid/core/error.hpp"
#include "eyelid/core/eye_aspect_ratio.hpp"
#include "eyelid/files/interruption.hpp"
#include "eyelid/landmarks/close_up_search.hpp"
#include "eyelid/landmarks/eye_anchor.hpp"
#include "eyelid/pipeline/eye_memory.hpp"

namespace eyelid::pipeline {
namespace {

constexpr Point kNoPoint{kNotAvailable, kNotAvailable};
constexpr EyePoints kNoEye{kNoPoint, kNoPoint, kNoPoint, kNoPoint, kNoPoint, kNoPoint};

void check_inside(const Rect& box, const FrameView& picture) {
  const Point middle = box.center();
  const bool is_inside = middle.x >= 0.0f && middle.y >= 0.0f &&
                         middle.x < static_cast<float>(picture.width) &&
                         middle.y < static_cast<float>(picture.height);
  if (is_inside) return;
  throw InputError(
      fmt::format("the middle of the eye box lies outside the pictures of {}x{} pixels, "
                  "expected a box around the eye",
                  picture.width,
                  picture.height));
}

/// The 68 points, of which only the lids of one eye are known.
FaceLandmarks face_of(const EyeLandmarks& eyes) {
  FaceLandmarks points;
  points.fill(kNoPoint);
  std::ranges::copy(eyes.right, points.begin() + kRightEyeBegin);
  std::ranges::copy(eyes.left, points.begin() + kLeftEyeBegin);
  return points;
}

}  // namespace

CloseUpTracker::CloseUpTracker(std::shared_ptr<const landmarks::LandmarkModels> models,
                               const CloseUpEye& eye,
                               landmarks::PointCount points)
    : landmarker_(std::move(models)), eye_(eye), points_(points) {}

FrameMeasurement CloseUpTracker::measure(const FrameView& picture,
                                         const landmarks::EyeCorners& start) {
  const landmarks::OneEye found = landmarker_.locate(picture, eye_.eye, start);
  FrameMeasurement measurement;
  measurement.eyes = {kNoEye, kNoEye};
  (*measurement.eyes)[eye_.eye] = found.points;
  if (points_ == landmarks::PointCount::SixtyEight) {
    measurement.face_points = face_of(*measurement.eyes);
  }
  measurement.trusted_eyes[eye_.eye] = found.is_trusted;
  measurement.doubted_eyes[eye_.eye] = found.is_doubted;
  if (found.is_trusted) measurement.ear[eye_.eye] = ear_or_nan(found.points);
  return measurement;
}

void CloseUpTracker::run(video::FrameSource& source,
                         const std::function<void(const FrameMeasurement&)>& on_measurement) {
  landmarks::EyeAnchor anchor(landmarks::corners_in(eye_.box));
  EyeMemory memory;
  video::Frame frame;
  double before_s = 0.0;
  const auto is_read = [&] {
    const StageTimer timer(&decode_clock_);
    return source.next(frame);
  };
  while (is_read()) {
    files::throw_if_interrupted();
    // One that was found lies in the pictures that were looked at; others may be smaller.
    if (!eye_.is_found) check_inside(eye_.box, frame.image);
    FrameMeasurement measurement;
    {
      const StageTimer timer(&landmark_clock_);
      measurement = measure(frame.image, anchor.corners());
    }
    measurement.frame = frame.index;
    measurement.time_s = frame.time_s;
    measurement.is_suspect = frame.is_suspect;
    measurement.clip = frame.clip;
    if (measurement.trusted_eyes[eye_.eye]) {
      anchor.follow((*measurement.eyes)[eye_.eye], frame.time_s - before_s);
    }
    before_s = frame.time_s;
    memory.judge(measurement);
    on_measurement(measurement);
  }
}

std::vector<StageTime> CloseUpTracker::stage_times() const {
  return {decode_clock_.summary(), landmark_clock_.summary()};
}

std::optional<CloseUpEye> find_close_up(
    const PictureSample& sample,
    const std::shared_ptr<const landmarks::LandmarkModels>& models,
    std::optional<Eye> eye) {
  landmarks::CloseUpSearch search(models);
  std::vector<landmarks::EyePlaces> places;
  for (const GrayImage& picture : sample.pictures()) {
    files::throw_if_interrupted();
    places.push_back(search.look(picture));
  }
  const std::optional<landmarks::AgreedEye> found = landmarks::agreed_eye(places);
  if (!found) return std::nullopt;
  // Pixel centers: block i of the small picture begins at pixel i times the factor.
  const auto factor = static_cast<float>(sample.shrink_factor());
  const float shift = 0.5f * (factor - 1.0f);
  EyePoints points = found->points;
  for (Point& p : points) p = p * factor + Point{shift, shift};
  // In whole pixels, as it is reported: given with --eye-box and --eye it leads to the same bytes.
  const Rect box = landmarks::box_around(points);
  return CloseUpEye{
      eye.value_or(found->side),
      {std::round(box.x), std::round(box.y), std::round(box.width), std::round(box.height)},
      true,
      eye || found->is_side_sure};
}

}  // namespace eyelid::pipeline
