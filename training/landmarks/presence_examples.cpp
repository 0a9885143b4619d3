// SPDX-License-Identifier: MIT
#include "training/landmarks/presence_examples.hpp"

#include <cmath>
#include <iterator>
#include <optional>

#include <tbb/parallel_for.h>

#include "eyelid/core/error.hpp"
#include "eyelid/core/eye_aspect_ratio.hpp"
#include "eyelid/files/interruption.hpp"
#include "eyelid/landmarks/eye_landmarker.hpp"
#include "eyelid/landmarks/face_following.hpp"
#include "eyelid/landmarks/patch.hpp"
#include "eyelid/landmarks/plausibility.hpp"
#include "eyelid/landmarks/presence_judge.hpp"
#include "eyelid/synthesis/random.hpp"
#include "eyelid/tables/csv_reader.hpp"
#include "eyelid/video/frame_source.hpp"
#include "training/landmarks/degrade.hpp"
#include "training/landmarks/draw_cover.hpp"
#include "training/landmarks/draw_glasses.hpp"

namespace eyelid::training {
namespace {

using landmarks::LandmarkModels;
using landmarks::PatchPlacement;
using synthesis::Random;

constexpr std::uint64_t kViewStream = 21;
constexpr std::uint64_t kEyePictureStream = 22;
constexpr std::uint64_t kPieceStream = 23;

// In eye widths, between the centers: the same eye, or surely not one.
constexpr float kSameEye = 0.3f;
constexpr float kNoEye = 0.6f;
// In eye widths, of what was found: not the eye, whatever it lies on.
constexpr float kFarTooSmall = 0.5f;
constexpr float kFarTooLarge = 2.0f;

constexpr int kPlacesOfView = 7;

/// A face or what is near one, on a picture of its own.
struct View {
  GrayImage image;
  EyeLandmarks eyes;
  bool is_alone = true;  // no faces besides it that nobody annotated
  float eye_distance() const { return distance(eye_center(eyes.right), eye_center(eyes.left)); }
};

float width_of(const EyePoints& eye) { return distance(eye[0], eye[3]); }

View random_view(const TrainingFace& face, Random& random) {
  const EyeLandmarks& eyes = face.eyes;
  const Point right = eye_center(eyes.right), left = eye_center(eyes.left);
  const auto eye_distance =
      static_cast<float>(20.0 * std::exp(1.5 * random.unit()));  // 20 .. 90 px
  const int side = (static_cast<int>(6.0f * eye_distance) + 7) / 8 * 8;
  Point middle = landmarks::PatchSize{side, side}.middle() - Point{0.0f, 0.6f * eye_distance};
  // Now and then one eye lies beyond the border.
  if (random.chance(0.12)) {
    const float shift =
        0.5f * static_cast<float>(side) + random.uniform_f(-0.2, 0.1) * eye_distance;
    middle.x += random.chance(0.5) ? shift : -shift;
  }
  const auto turn = static_cast<float>(0.15 * random.normal());
  const Point half = Point{std::cos(turn), std::sin(turn)} * (0.5f * eye_distance);
  const PatchPlacement placement{
      similarity_from_pairs(middle - half, middle + half, right, left), {side, side}, false};
  View view;
  // WFLW, the set without 68 points, annotates a part of the faces of a scene.
  view.is_alone = face.points.has_value();
  landmarks::PatchCutter cutter;
  cutter.cut(face.image, placement, view.image);
  const Similarity view_from_face = placement.frame_from_patch.inverse();
  for (std::size_t i = 0; i < 12; ++i) {
    lid_point(view.eyes, i) = view_from_face(lid_point(eyes, i));
  }
  return view;
}

Point near(Point p, float deviation, Random& random) {
  const auto x = static_cast<float>(random.normal()), y = static_cast<float>(random.normal());
  return p + Point{x, y} * deviation;
}

FaceBox face_with_eyes(Point right, Point left) {
  EyeLandmarks eyes;
  eyes.right.fill(right);
  eyes.left.fill(left);
  FaceBox face{{}, 1.0f, FaceKeypoints{}};
  landmarks::face_from_eyes(eyes, face.box, *face.keypoints);
  return face;
}

FaceBox random_place(const View& view, Random& random) {
  const float size = view.eye_distance() * static_cast<float>(std::exp(0.6 * random.normal()));
  const Point center{random.uniform_f(0.0, view.image.width()),
                     random.uniform_f(0.0, view.image.height())};
  const auto turn = static_cast<float>(0.25 * random.normal());
  const Point half = Point{std::cos(turn), std::sin(turn)} * (0.5f * size);
  return face_with_eyes(center - half, center + half);
}

/// Brows, rims, nose, cheeks: a start beside the eyes.
FaceBox place_beside(const View& view, Random& random) {
  const float away = width_of(view.eyes.right) * random.uniform_f(0.4, 2.0);
  const auto angle = random.uniform(0.0, 6.2831853);
  const Point shift{away * static_cast<float>(std::cos(angle)),
                    away * static_cast<float>(std::sin(angle))};
  return face_with_eyes(eye_center(view.eyes.right) + shift, eye_center(view.eyes.left) + shift);
}

class ExampleMaker {
 public:
  ExampleMaker(std::shared_ptr<const LandmarkModels> models, Random& random)
      : models_(models), landmarker_(std::move(models)), random_(random) {}

  void add_view(const View& view) {
    add_eyes(view, {});
    for (int i = 0; i < kPlacesOfView; ++i) {
      const bool is_beside = i % 3 == 2;
      if (!is_beside && !view.is_alone) continue;
      add_place(view, is_beside ? place_beside(view, random_) : random_place(view, random_), {});
    }
  }

  void add_behind_reflections(View view) {
    for (const Eye eye : kEyes) {
      if (random_.chance(0.7)) draw_random_reflection(view.image, view.eyes[eye], random_);
    }
    add_eyes(view, {});
  }

  void add_covered(View view) {
    PerEye<bool> is_covered{random_.chance(0.6), random_.chance(0.6)};
    if (!is_covered.right && !is_covered.left)
      is_covered[random_.chance(0.5) ? Eye::Right : Eye::Left] = true;
    for (const Eye eye : kEyes) {
      if (is_covered[eye]) draw_random_cover(view.image, view.eyes[eye], random_);
    }
    add_eyes(view, is_covered);
  }

  /// A picture that shows one eye and nothing else, or a piece of that size without one.
  void add_single(const GrayImage& picture, PresenceKind kind) {
    const auto w = static_cast<float>(picture.width()), h = static_cast<float>(picture.height());
    const float error = 0.04f * w;
    EyePoints guess{};
    guess[0] = near({0.2f * w, 0.5f * h}, error, random_);
    guess[3] = near({0.8f * w, 0.5f * h}, error, random_);
    const EyePoints once = locate_single(picture, guess);
    const EyePoints twice = locate_single(picture, once);
    EyePoints eye;
    for (std::size_t i = 0; i < 6; ++i) eye[i] = (once[i] + twice[i]) * 0.5f;
    if (!landmarks::is_plausible_eye(eye, {1.0f, 0.0f})) return;
    const float width = distance(guess[0], guess[3]);
    const bool is_there = distance(eye_center(eye), {0.5f * w, 0.5f * h}) < 0.3f * width &&
                          width_of(eye) > 0.5f * width && width_of(eye) < 1.6f * width;
    if (is_there || kind == PresenceKind::Background) add(picture, Eye::Right, eye, kind);
  }

  std::vector<PresenceExample> take() { return std::move(examples_); }

 private:
  void add_eyes(const View& view, PerEye<bool> is_covered) {
    const float error = 0.06f * view.eye_distance();
    for (int i = 0; i < 2; ++i) {
      add_place(view,
                face_with_eyes(near(eye_center(view.eyes.right), error, random_),
                               near(eye_center(view.eyes.left), error, random_)),
                is_covered);
    }
  }

  EyePoints locate_single(const GrayImage& picture, const EyePoints& from) {
    const PatchPlacement placement = landmarks::place_one_eye_patch(Eye::Right, from[0], from[3]);
    if (!placement.is_usable()) return from;
    cutter_.cut(picture, placement, patch_);
    EyePoints eye;
    models_->one_eye.predict(patch_, landmarks::ShapeRegion::of_patch(patch_.width()), eye);
    for (Point& p : eye) p = placement.frame_from_normalized(p);
    return eye;
  }

  void add_place(const View& view, const FaceBox& start, PerEye<bool> is_covered) {
    const auto found = landmarker_.locate(view.image, start, landmarks::PointCount::Twelve);
    for (const Eye eye : kEyes) {
      if (!found.trusted_eyes[eye]) continue;
      const auto kind = kind_of(view, found.eyes[eye], is_covered);
      if (kind) add(view.image, eye, found.eyes[eye], *kind);
    }
  }

  /// Nothing where it can be argued.
  static std::optional<PresenceKind> kind_of(const View& view,
                                             const EyePoints& found,
                                             PerEye<bool> is_covered) {
    PresenceKind kind = PresenceKind::Background;
    for (const Eye eye : kEyes) {
      const EyePoints& there = view.eyes[eye];
      const float width = width_of(there);
      const float away = distance(eye_center(found), eye_center(there)) / width;
      const float size = width_of(found) / width;
      if (is_covered[eye]) {
        if (away < 1.0f) kind = PresenceKind::CoveredEye;
        continue;
      }
      if (away < kSameEye && size > 0.7f && size < 1.4f) {
        return ear_or_nan(there) < kHalfClosedEar ? PresenceKind::ClosedEye : PresenceKind::OpenEye;
      }
      if (size < kFarTooSmall || size > kFarTooLarge) continue;
      if (away < kNoEye * std::max(1.0f, size)) return std::nullopt;
    }
    return kind;
  }

  void add(const GrayImage& picture, Eye side, const EyePoints& eye, PresenceKind kind) {
    const PatchPlacement placement = landmarks::place_presence_patch(side, eye);
    if (!placement.is_usable()) return;
    PresenceExample example;
    example.kind = kind;
    cutter_.cut(picture, placement, example.patch);
    const bool is_eye = kind == PresenceKind::OpenEye || kind == PresenceKind::ClosedEye;
    if (random_.chance(is_eye ? 0.25 : 0.15)) {
      EyePoints on_patch;
      for (std::size_t i = 0; i < 6; ++i) {
        const std::size_t point = side == Eye::Left ? mirrored_eye_point(i) : i;
        on_patch[i] = placement.normalized_from_frame(eye[point]) *
                      static_cast<float>(landmarks::kPresencePatch.width);
      }
      draw_random_glasses(example.patch, std::span(&on_patch, 1), random_);
    }
    if (random_.chance(0.3)) degrade(example.patch, random_);
    // Those are recognized without the ensemble.
    if (landmarks::even_light(example.patch)) return;
    examples_.push_back(std::move(example));
  }

  std::shared_ptr<const LandmarkModels> models_;
  landmarks::EyeLandmarker landmarker_;
  landmarks::PatchCutter cutter_;
  GrayImage patch_;
  Random& random_;
  std::vector<PresenceExample> examples_;
};

/// Runs `make(index, maker)` for 0 .. count - 1 and gathers what was made, in their order.
template <class Make>
std::vector<PresenceExample> gather(std::size_t count,
                                    const std::shared_ptr<const LandmarkModels>& models,
                                    std::uint64_t seed,
                                    std::uint64_t stream,
                                    Make&& make) {
  std::vector<std::vector<PresenceExample>> made(count);
  tbb::parallel_for(std::size_t{0}, count, [&](std::size_t index) {
    files::throw_if_interrupted();
    Random random(synthesis::mixed_bits(seed) + index, stream);
    ExampleMaker maker(models, random);
    make(index, maker, random);
    made[index] = maker.take();
  });
  std::vector<PresenceExample> result;
  for (auto& examples : made) {
    std::move(examples.begin(), examples.end(), std::back_inserter(result));
  }
  return result;
}

/// A piece of a view, 64x48, without either eye.
std::optional<GrayImage> piece_without_eyes(const View& view, Random& random) {
  const float width =
      width_of(view.eyes.right) * static_cast<float>(std::exp(0.4 * random.normal()));
  const Point center{random.uniform_f(0.0, view.image.width()),
                     random.uniform_f(0.0, view.image.height())};
  for (const Eye eye : kEyes) {
    if (distance(center, eye_center(view.eyes[eye])) < width + 0.6f * width_of(view.eyes[eye])) {
      return std::nullopt;
    }
  }
  const auto turn = static_cast<float>(0.3 * random.normal());
  const Point half = Point{std::cos(turn), std::sin(turn)} * (0.5f * width);
  const landmarks::PatchSize size{64, 48};
  GrayImage piece;
  landmarks::PatchCutter().cut(
      view.image,
      landmarks::place_pair(size, size.middle(), 38.0f, center - half, center + half),
      piece);
  return piece;
}

}  // namespace

std::vector<EyePicture> read_eye_pictures(const std::filesystem::path& folder) {
  tables::CsvReader table(folder / "labels.csv");
  const std::size_t file = table.required_column("file");
  const std::size_t subject = table.required_column("subject");
  const std::size_t state = table.required_column("state");
  std::vector<EyePicture> pictures;
  while (table.next()) {
    EyePicture picture;
    picture.image = folder / std::string(table.text(file));
    picture.scene = std::string(table.text(subject));
    // Where the people are not known, the pictures stand for them.
    if (picture.scene.empty() || picture.scene == "web") picture.scene = picture.image.string();
    picture.is_closed = table.text(state) == "closed";
    pictures.push_back(std::move(picture));
  }
  return pictures;
}

std::vector<PresenceExample> make_presence_examples(
    const TrainingFaces& faces,
    const std::shared_ptr<const LandmarkModels>& models,
    const PresenceOptions& options) {
  return gather(
      faces.size(),
      models,
      options.seed,
      kViewStream,
      [&](std::size_t index, ExampleMaker& maker, Random& random) {
        const TrainingFace face = faces.load(index);
        const TrainingFace mirrored = face.mirrored();
        const bool is_rare = !faces.is_rendered(index) && smaller_ear(face.eyes) < kHalfClosedEar;
        const std::size_t views =
            faces.is_rendered(index) ? 1 : options.views * (is_rare ? options.closed_factor : 1);
        for (std::size_t i = 0; i < views; ++i) {
          View view = random_view(i % 2 == 0 ? face : mirrored, random);
          if (random.chance(0.3)) degrade(view.image, random);
          maker.add_view(view);
          if (random.chance(0.4)) {
            maker.add_behind_reflections({view.image.copy(), view.eyes, view.is_alone});
          }
          maker.add_covered(std::move(view));
        }
      });
}

std::vector<PresenceExample> make_presence_examples(
    const std::vector<EyePicture>& pictures,
    const TrainingFaces& backgrounds,
    const std::shared_ptr<const LandmarkModels>& models,
    const PresenceOptions& options) {
  auto result = gather(pictures.size(),
                       models,
                       options.seed,
                       kEyePictureStream,
                       [&](std::size_t index, ExampleMaker& maker, Random&) {
                         const EyePicture& picture = pictures[index];
                         maker.add_single(
                             video::read_image(picture.image),
                             picture.is_closed ? PresenceKind::ClosedEye : PresenceKind::OpenEye);
                       });
  auto pieces = gather(backgrounds.size(),
                       models,
                       options.seed,
                       kPieceStream,
                       [&](std::size_t index, ExampleMaker& maker, Random& random) {
                         const View view = random_view(backgrounds.load(index), random);
                         if (!view.is_alone) return;
                         for (int i = 0; i < 10; ++i) {
                           std::optional<GrayImage> piece = piece_without_eyes(view, random);
                           if (!piece) continue;
                           if (random.chance(0.3)) degrade(*piece, random);
                           maker.add_single(*piece, PresenceKind::Background);
                         }
                       });
  std::move(pieces.begin(), pieces.end(), std::back_inserter(result));
  return result;
}

}  // namespace eyelid::training
