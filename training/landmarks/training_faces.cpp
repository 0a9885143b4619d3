// SPDX-License-Identifier: MIT
#include "training/landmarks/training_faces.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>

#include <tbb/parallel_for.h>

#include "eyelid/core/error.hpp"
#include "eyelid/core/eye_aspect_ratio.hpp"
#include "eyelid/files/interruption.hpp"
#include "eyelid/landmarks/patch.hpp"
#include "eyelid/synthesis/random.hpp"
#include "eyelid/video/frame_source.hpp"

namespace eyelid::training {
namespace {

GrayImage flipped(const GrayImage& image) {
  GrayImage result(image.width(), image.height());
  for (int y = 0; y < image.height(); ++y) {
    std::reverse_copy(image.row(y), image.row(y) + image.width(), result.row(y));
  }
  return result;
}

// Partial closures are what photographs lack: nearly every second picture has one.
synthesis::PortraitOptions portrait_options() {
  synthesis::PortraitOptions options;
  options.half_closed = 0.45f;
  options.closed = 0.25f;
  options.glasses = 0.3f;
  return options;
}

std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 0;
  for (const char c : text) {
    hash = synthesis::mixed_bits(hash ^ static_cast<unsigned char>(c));
  }
  return hash;
}

}  // namespace

TrainingFace TrainingFace::mirrored() const {
  const float last = static_cast<float>(image.width() - 1);
  const auto flip = [last](Point p) { return Point{last - p.x, p.y}; };
  TrainingFace result;
  result.image = flipped(image);
  for (std::size_t i = 0; i < 6; ++i) {
    result.eyes.right[i] = flip(eyes.left[mirrored_eye_point(i)]);
    result.eyes.left[i] = flip(eyes.right[mirrored_eye_point(i)]);
  }
  if (points) {
    result.points.emplace();
    for (std::size_t i = 0; i < points->size(); ++i) {
      (*result.points)[i] = flip((*points)[landmarks::kMirroredFacePoint[i]]);
    }
  }
  result.hull = {last - hull.right(), hull.y, hull.width, hull.height};
  return result;
}

void TrainingFaces::add(std::vector<evaluation::LabeledFace> photographs) {
  std::move(photographs.begin(), photographs.end(), std::back_inserter(photographs_));
}

void TrainingFaces::add_rendered(std::size_t people,
                                 std::size_t pictures_each,
                                 std::uint64_t first_seed) {
  EYELID_EXPECTS(sitters_.empty());
  std::vector<std::optional<synthesis::PortraitSubject>> made(people);
  tbb::parallel_for(std::size_t{0}, people, [&](std::size_t i) {
    files::throw_if_interrupted();
    made[i].emplace(first_seed + i);
  });
  for (auto& sitter : made) sitters_.push_back(std::move(*sitter));
  pictures_each_ = pictures_each;
}

TrainingFace TrainingFaces::load(std::size_t index) const {
  TrainingFace face;
  if (is_rendered(index)) {
    const std::size_t picture = index - photographs_.size();
    auto portrait = sitters_[picture / pictures_each_].portrait(picture, portrait_options());
    face.image = std::move(portrait.image);
    face.eyes = portrait.eyes;
    face.points = portrait.points;
    face.hull = portrait.face_box;
  } else {
    const evaluation::LabeledFace& labeled = photographs_[index];
    face.image = video::read_image(labeled.image);
    face.eyes = labeled.eyes;
    face.points = labeled.points;
    face.hull = labeled.hull;
  }
  return face;
}

float smaller_ear(const EyeLandmarks& eyes) {
  return std::min(eye_aspect_ratio(eyes.right).value_or(1.0f),
                  eye_aspect_ratio(eyes.left).value_or(1.0f));
}

bool is_held_out(std::string_view scene, double held_out_share, int fold) {
  const double first = fold * held_out_share;
  const double place = static_cast<double>(hash_of(scene) >> 11) * 0x1p-53;
  return place >= first && place < first + held_out_share;
}

SceneSplit split_by_scene(std::vector<evaluation::LabeledFace> faces,
                          double held_out_share,
                          int fold) {
  SceneSplit split;
  for (evaluation::LabeledFace& face : faces) {
    (is_held_out(face.scene, held_out_share, fold) ? split.held_out : split.training)
        .push_back(std::move(face));
  }
  return split;
}

}  // namespace eyelid::training
