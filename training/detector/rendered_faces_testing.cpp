// SPDX-License-Identifier: MIT
#include "training/detector/rendered_faces_testing.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "eyelid/core/error.hpp"
#include "eyelid/detection/blazeface_face_detector.hpp"
#include "eyelid/synthesis/random.hpp"

namespace eyelid::training {
namespace {

/// Mean gray of a square of side `side` around a point of the picture; the border continues.
float mean_around(const GrayImage& image, float x, float y, float side) {
  const int steps = std::max(1, static_cast<int>(std::ceil(side)));
  float sum = 0.0f;
  for (int i = 0; i < steps; i++) {
    for (int j = 0; j < steps; j++) {
      const auto offset = [&](int k) {
        return ((static_cast<float>(k) + 0.5f) / static_cast<float>(steps) - 0.5f) * side;
      };
      const int column = static_cast<int>(std::lround(x + offset(j)));
      const int row = static_cast<int>(std::lround(y + offset(i)));
      sum += image.row(
          std::clamp(row, 0, image.height() - 1))[std::clamp(column, 0, image.width() - 1)];
    }
  }
  return sum / static_cast<float>(steps * steps);
}

/// Where a portrait lies in the input: input = portrait * scale + shift, columns mirrored first.
struct Placement {
  float scale = 1.0f;
  Point shift;
  bool is_flipped = false;
  float width = 0.0f;  // of the portrait

  /// From pixel edges of the portrait to pixel edges of the input.
  Point operator()(Point edge) const {
    if (is_flipped) edge.x = width - edge.x;
    return edge * scale + shift;
  }
  Point back(Point input) const {
    Point edge = (input - shift) * (1.0f / scale);
    if (is_flipped) edge.x = width - edge.x;
    return edge;
  }
};

Placement place(const synthesis::Portrait& portrait, synthesis::Random& random) {
  const Rect box = detector_box(portrait.points);
  Placement placement;
  const double size = 20.0 * std::pow(100.0 / 20.0, random.unit());
  placement.scale = static_cast<float>(size) / box.width;
  placement.is_flipped = random.chance(0.5);
  placement.width = static_cast<float>(portrait.image.width());
  const auto half = 0.5 * size;
  const Point target = {random.uniform_f(0.8 * half, kDetectorSide - 0.8 * half),
                        random.uniform_f(0.8 * half, kDetectorSide - 0.8 * half)};
  placement.shift = target - placement(box.center());
  return placement;
}

LabeledFace label(const synthesis::Portrait& portrait, const Placement& placement) {
  const Rect box = detector_box(portrait.points);
  const Point a = placement({box.x, box.y}), b = placement({box.right(), box.bottom()});
  LabeledFace face;
  face.box = {std::min(a.x, b.x), a.y, std::abs(b.x - a.x), b.y - a.y};
  for (std::size_t i = 0; i < face.keypoints.size(); i++) {
    // Flipping makes a right eye a left one: the pairs (0, 1) and (4, 5).
    const std::size_t from = placement.is_flipped && i != 2 && i != 3 ? i ^ 1u : i;
    face.keypoints[i] = placement(portrait.keypoints[from] + Point{0.5f, 0.5f});
    face.keypoint_weight[i] = 1.0f;
  }
  return face;
}

}  // namespace

Rect detector_box(const FaceLandmarks& points) {
  Point low = points[0], high = points[0];
  for (const Point point : points) {
    low = {std::min(low.x, point.x), std::min(low.y, point.y)};
    high = {std::max(high.x, point.x), std::max(high.y, point.y)};
  }
  // Factors: design/prototype/detector_training, against the public model's boxes.
  const float width = high.x - low.x, height = high.y - low.y;
  const float side = 0.5f * (1.05f * width + 1.08f * height);
  const Point center = (low + high) * 0.5f + Point{0.5f, 0.5f - 0.055f * height};
  return {center.x - side / 2, center.y - side / 2, side, side};
}

RenderedFaces::RenderedFaces(std::uint64_t seed, int count) : seed_(seed) {
  EYELID_EXPECTS(count > 0);
  constexpr int kPicturesPerPerson = 4;
  for (int first = 0; first < count; first += kPicturesPerPerson) {
    const std::uint64_t person = synthesis::mixed_bits(seed) + static_cast<std::uint64_t>(first);
    const synthesis::PortraitSubject sitter(person);
    for (int i = first; i < std::min(count, first + kPicturesPerPerson); i++) {
      portraits_.push_back(sitter.portrait(person + static_cast<std::uint64_t>(i)));
    }
  }
}

void RenderedFaces::make(std::uint64_t index, TrainingSample& sample) const {
  synthesis::Random random(seed_, index);
  const auto& portrait =
      portraits_[static_cast<std::size_t>(random.index(static_cast<int>(portraits_.size())))];
  sample.faces.clear();
  sample.ignored.clear();
  sample.teacher.clear();
  Placement placement = place(portrait, random);
  if (random.chance(0.1)) {
    // The portrait's upper left corner alone, enlarged: background, hair.
    placement.scale = 6.0f;
    placement.shift = {0.0f, 0.0f};
    placement.is_flipped = false;
  } else {
    sample.faces.push_back(label(portrait, placement));
  }
  const float gain = random.uniform_f(0.6, 1.4), offset = random.uniform_f(-0.3, 0.3);
  const double noise = random.uniform(0.0, 0.06);
  for (int y = 0; y < kDetectorSide; y++) {
    for (int x = 0; x < kDetectorSide; x++) {
      const Point at = placement.back({static_cast<float>(x) + 0.5f, static_cast<float>(y) + 0.5f});
      const float gray =
          mean_around(portrait.image, at.x - 0.5f, at.y - 0.5f, 1.0f / placement.scale);
      const float value =
          gain * (gray / 127.5f - 1.0f) + offset + static_cast<float>(noise * random.normal());
      sample.pixels[static_cast<std::size_t>(y * kDetectorSide + x)] =
          std::clamp(value, -1.0f, 1.0f);
    }
  }
}

HeldOutEvaluation evaluation_on_samples(std::shared_ptr<const SampleSource> source, int count) {
  return [source = std::move(source), count](const networks::BlazeFaceWeights& weights) {
    const auto detector = detection::make_blazeface_detector(weights);
    HeldOutFigures figures;
    double error = 0.0;
    GrayImage image(kDetectorSide, kDetectorSide);
    std::vector<FaceBox> found;
    TrainingSample sample;
    for (int i = 0; i < count; i++) {
      source->make(static_cast<std::uint64_t>(i), sample);
      for (int p = 0; p < kDetectorSide * kDetectorSide; p++) {
        const float gray = (sample.pixels[static_cast<std::size_t>(p)] + 1.0f) * 127.5f;
        image.row(p / kDetectorSide)[p % kDetectorSide] =
            static_cast<std::uint8_t>(std::lround(gray));
      }
      detector->detect(image, found);
      figures.faces += static_cast<int>(sample.faces.size());
      std::vector<bool> is_used(found.size(), false);
      for (const LabeledFace& face : sample.faces) {
        for (std::size_t k = 0; k < found.size(); k++) {
          if (is_used[k] || iou(found[k].box, face.box) < 0.5f) continue;
          is_used[k] = true;
          figures.found++;
          const Point half{0.5f, 0.5f};  // found points count from pixel centers
          for (std::size_t eye = 0; eye < 2; eye++) {
            error += 0.5 * static_cast<double>(
                               distance((*found[k].keypoints)[eye] + half, face.keypoints[eye]) /
                               distance(face.keypoints[0], face.keypoints[1]));
          }
          break;
        }
      }
      figures.false_detections +=
          static_cast<int>(std::count(is_used.begin(), is_used.end(), false));
    }
    figures.eye_error = figures.found == 0 ? 0.0 : error / figures.found;
    return figures;
  };
}

}  // namespace eyelid::training
