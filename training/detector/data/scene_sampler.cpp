// SPDX-License-Identifier: MIT
#include "training/detector/data/scene_sampler.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "eyelid/core/error.hpp"
#include "training/landmarks/draw_glasses.hpp"

namespace eyelid::training {
namespace {

using synthesis::Random;

constexpr float kDegree = 0.017453293f;
constexpr float kLargestRoll_deg = 30.0f;
constexpr float kMaxEnlargement = 2.5f;
constexpr float kSmallestWithGlasses_px = 22.0f;

float intersection(const Rect& a, const Rect& b) {
  const float width = std::min(a.right(), b.right()) - std::max(a.x, b.x);
  const float height = std::min(a.bottom(), b.bottom()) - std::max(a.y, b.y);
  return width > 0.0f && height > 0.0f ? width * height : 0.0f;
}

float visible_share(const Rect& box, const Rect& area) {
  return box.area() > 0.0f ? intersection(box, area) / box.area() : 0.0f;
}

// How much of a box on the canvas the picture covers.
float covered_share(const Rect& box,
                    const PicturePyramid& picture,
                    const Placement& canvas_from_picture) {
  constexpr int kSteps = 6;
  const Placement picture_from_canvas = canvas_from_picture.inverse();
  int covered = 0;
  for (int i = 0; i < kSteps * kSteps; ++i) {
    const int column = i % kSteps, row = i / kSteps;
    const Point p = picture_from_canvas(
        {box.x + box.width * (static_cast<float>(column) + 0.5f) / kSteps - 0.5f,
         box.y + box.height * (static_cast<float>(row) + 0.5f) / kSteps - 0.5f});
    const bool is_inside = p.x >= -0.5f && p.y >= -0.5f &&
                           p.x < static_cast<float>(picture.width()) - 0.5f &&
                           p.y < static_cast<float>(picture.height()) - 0.5f;
    covered += is_inside ? 1 : 0;
  }
  return static_cast<float>(covered) / (kSteps * kSteps);
}

const SceneGroup::Pick& choose_pick(const SceneGroup& group, Random& random) {
  const float place = static_cast<float>(random.unit());
  const auto found = std::lower_bound(
      group.picks.begin(), group.picks.end(), place, [](const SceneGroup::Pick& pick, float value) {
        return pick.cumulated < value;
      });
  return found == group.picks.end() ? group.picks.back() : *found;
}

// Most users' frames are 4:3, so that black bars lie above and below.
CanvasArea choose_area(Random& random, double letterboxes) {
  if (!random.chance(letterboxes)) return {};
  if (random.chance(0.7)) return {0, 16, kDetectorSide, kDetectorSide - 16};
  const int bar = 4 + random.index(28);
  if (random.chance(0.7)) return {0, bar, kDetectorSide, kDetectorSide - bar};
  return {bar, 0, kDetectorSide - bar, kDetectorSide};
}

std::vector<CanvasArea> cells_of(const CanvasArea& area, bool is_mosaic, Random& random) {
  if (!is_mosaic) return {area};
  const int x = area.left + static_cast<int>(area.width() * random.uniform(0.35, 0.65));
  const int y = area.top + static_cast<int>(area.height() * random.uniform(0.35, 0.65));
  const CanvasArea left{area.left, area.top, x, area.bottom};
  const CanvasArea right{x, area.top, area.right, area.bottom};
  if (random.chance(0.5)) {
    return {{left.left, left.top, left.right, y},
            {left.left, y, left.right, left.bottom},
            {right.left, right.top, right.right, y},
            {right.left, y, right.right, right.bottom}};
  }
  if (random.chance(0.5)) return {left, right};
  return {{area.left, area.top, area.right, y}, {area.left, y, area.right, area.bottom}};
}

Border choose_border(Random& random) {
  Border border;
  const double kind = random.unit();
  border.is_replicated = kind < 0.35;
  if (kind > 0.7) {
    for (std::uint8_t& value : border.color) value = static_cast<std::uint8_t>(random.index(256));
  }
  return border;
}

float choose_roll(Random& random) {
  const float angle = 10.0f * static_cast<float>(random.normal());
  return std::clamp(angle, -kLargestRoll_deg, kLargestRoll_deg) * kDegree;
}

// Shifts the picture so that it covers the area as far as it can, more often than not.
Placement without_needless_border(Placement placement,
                                  const PicturePyramid& picture,
                                  const CanvasArea& area) {
  const auto width = static_cast<float>(picture.width()),
             height = static_cast<float>(picture.height());
  float low_x = 1e9f, high_x = -1e9f, low_y = 1e9f, high_y = -1e9f;
  for (const Point corner :
       {Point{0, 0}, Point{width, 0}, Point{0, height}, Point{width, height}}) {
    const Point p = placement(corner);
    low_x = std::min(low_x, p.x);
    high_x = std::max(high_x, p.x);
    low_y = std::min(low_y, p.y);
    high_y = std::max(high_y, p.y);
  }
  const auto shift = [](float low, float high, int begin, int end) {
    const float gap_before = low - static_cast<float>(begin);
    const float gap_behind = static_cast<float>(end) - high;
    if (gap_before > 0.0f && gap_behind < 0.0f) return -std::min(gap_before, -gap_behind);
    if (gap_behind > 0.0f && gap_before < 0.0f) return std::min(gap_behind, -gap_before);
    return 0.0f;
  };
  placement.tx += shift(low_x, high_x, area.left, area.right);
  placement.ty += shift(low_y, high_y, area.top, area.bottom);
  return placement;
}

// Draws glasses on the part of the picture round the eyes.
void wear_glasses(const KnownFace& face, Random& random, GrayPlane& plane) {
  const std::array<EyePoints, 2> eyes = [&] {
    std::array<EyePoints, 2> result;
    const bool is_renamed =
        distance(face.points[36], face.keypoints[0]) > distance(face.points[36], face.keypoints[1]);
    std::copy_n(face.points.begin() + kRightEyeBegin, 6, result[is_renamed ? 1 : 0].begin());
    std::copy_n(face.points.begin() + kLeftEyeBegin, 6, result[is_renamed ? 0 : 1].begin());
    if (!is_renamed) return result;
    // In a mirror the corner on the image's left is the other one.
    for (EyePoints& eye : result) eye = {eye[3], eye[2], eye[1], eye[0], eye[5], eye[4]};
    return result;
  }();
  const float reach = 0.55f * distance(face.keypoints[0], face.keypoints[1]) + 2.0f;
  const auto low = [&](float a, float b) {
    return std::clamp(static_cast<int>(std::min(a, b) - reach), 0, kDetectorSide);
  };
  const auto high = [&](float a, float b) {
    return std::clamp(static_cast<int>(std::max(a, b) + reach) + 1, 0, kDetectorSide);
  };
  const int left = low(face.keypoints[0].x, face.keypoints[1].x);
  const int right = high(face.keypoints[0].x, face.keypoints[1].x);
  const int top = low(face.keypoints[0].y, face.keypoints[1].y);
  const int bottom = high(face.keypoints[0].y, face.keypoints[1].y);
  if (right - left < 4 || bottom - top < 4) return;
  GrayImage patch(right - left, bottom - top);
  const auto at = [&](int x, int y) -> float& {
    return plane[static_cast<std::size_t>((top + y) * kDetectorSide + left + x)];
  };
  for (int y = 0; y < patch.height(); ++y) {
    for (int x = 0; x < patch.width(); ++x) patch.row(y)[x] = static_cast<std::uint8_t>(at(x, y));
  }
  std::array<EyePoints, 2> on_patch = eyes;
  const Point origin{static_cast<float>(left), static_cast<float>(top)};
  for (EyePoints& eye : on_patch) {
    for (Point& p : eye) p = p - origin;
  }
  draw_random_glasses(patch, on_patch, random);
  for (int y = 0; y < patch.height(); ++y) {
    for (int x = 0; x < patch.width(); ++x) at(x, y) = patch.row(y)[x];
  }
}

CanvasArea hidden_part(const Rect& face, Random& random) {
  const float width = face.width * random.uniform_f(0.2, 0.6);
  const float height = face.height * random.uniform_f(0.2, 0.5);
  const float x = face.x + random.uniform_f(-0.2, 1.2) * face.width - 0.5f * width;
  const float y = face.y + random.uniform_f(-0.2, 1.2) * face.height - 0.5f * height;
  return {static_cast<int>(x),
          static_cast<int>(y),
          static_cast<int>(x + width),
          static_cast<int>(y + height)};
}

}  // namespace

/// A canvas under way.
struct SceneSampler::Composition {
  ColorCanvas& canvas;
  CanvasArea area{};
  std::vector<KnownFace> faces{};
  std::vector<Rect> ignored{};
};

SceneSampler::SceneSampler(std::shared_ptr<const SceneLibrary> library,
                           std::shared_ptr<const Teacher> teacher,
                           const SamplerOptions& options)
    : library_(std::move(library)), teacher_(std::move(teacher)), options_(options) {
  EYELID_EXPECTS(library_ != nullptr && !library_->groups.empty());
  for (const SceneGroup& group : library_->groups) {
    EYELID_EXPECTS(!group.picks.empty() && group.weight > 0.0);
    total_weight_ += group.weight;
  }
  // Crowded scenes make the best backdrops: all of the picture is worth seeing.
  for (std::size_t i = 0; i < library_->groups.size(); ++i) {
    if (library_->groups[i].is_crowded) backdrops_.push_back(i);
  }
  for (std::size_t i = 0; backdrops_.empty() && i < library_->groups.size(); ++i) {
    backdrops_.push_back(i);
  }
}

const SceneGroup& SceneSampler::choose_group(Random& random) const {
  double place = random.uniform(0.0, total_weight_);
  for (const SceneGroup& group : library_->groups) {
    place -= group.weight;
    if (place < 0.0) return group;
  }
  return library_->groups.back();
}

void SceneSampler::add_scene_faces(const TrainingScene& source,
                                   const Placement& canvas_from_picture,
                                   const CanvasArea& area,
                                   Composition& scene) const {
  for (const KnownFace& known : source.faces) {
    KnownFace face = moved(known, canvas_from_picture);
    const float visible = visible_share(face.box, area.rect());
    if (visible <= 0.0f) continue;
    const bool is_label =
        face.box.height >= options_.min_label_px && visible >= options_.min_visible;
    if (is_label) {
      scene.faces.push_back(std::move(face));
    } else {
      scene.ignored.push_back(face.box);
    }
  }
  for (const Rect& box : source.ignored) {
    KnownFace unknown;
    unknown.box = box;
    const Rect on_canvas = moved(unknown, canvas_from_picture).box;
    if (visible_share(on_canvas, area.rect()) > 0.0f) scene.ignored.push_back(on_canvas);
  }
}

SceneSampler::Aim SceneSampler::choose_aim(Random& random) const {
  const SceneGroup& group = choose_group(random);
  const SceneGroup::Pick& pick = choose_pick(group, random);
  const TrainingScene& source = group.scenes[pick.scene];
  return {&source, &source.faces[pick.face], {}, 0.0f, choose_roll(random)};
}

void SceneSampler::fill_cell(Random& random,
                             const CanvasArea& area,
                             bool has_cells,
                             Composition& scene) const {
  Aim aim = choose_aim(random);
  const PicturePyramid& picture = aim.source->picture;
  const float known_size = std::max(1.0f, aim.face->box.height);
  const auto shorter = static_cast<float>(std::min(area.width(), area.height()));
  const float largest =
      std::max(options_.min_face_px + 1.0f,
               std::min({options_.max_face_px, shorter * 1.05f, known_size * kMaxEnlargement}));
  aim.size = std::exp(random.uniform_f(std::log(options_.min_face_px), std::log(largest)));
  const auto place = [&](int begin, int length) {
    const float margin = std::min(0.4f * aim.size, 0.5f * static_cast<float>(length));
    return static_cast<float>(begin) +
           random.uniform_f(margin, static_cast<float>(length) - margin);
  };
  const Point target{place(area.left, area.width()), place(area.top, area.height())};
  Point from = aim.face->box.center() - Point{0.5f, 0.5f};
  if (random.chance(options_.without_face)) {
    from = {random.uniform_f(0.0, picture.width()), random.uniform_f(0.0, picture.height())};
  }
  aim.canvas_from_picture =
      placement_of(from, target, aim.size / known_size, aim.roll_rad, random.chance(0.5));
  if (random.chance(0.6)) {
    const Placement covering = without_needless_border(aim.canvas_from_picture, picture, area);
    const Point center = covering(from);
    const float margin = 0.3f * aim.size;
    const bool stays = center.x > static_cast<float>(area.left) + margin &&
                       center.x < static_cast<float>(area.right) - margin &&
                       center.y > static_cast<float>(area.top) + margin &&
                       center.y < static_cast<float>(area.bottom) - margin;
    if (stays) aim.canvas_from_picture = covering;
  }
  const bool has_backdrop = covered_share(area.rect(), picture, aim.canvas_from_picture) < 0.85f &&
                            random.chance(options_.backdrops);
  if (!has_backdrop) {
    scene.canvas.draw(picture, aim.canvas_from_picture, area, choose_border(random));
    add_scene_faces(*aim.source, aim.canvas_from_picture, area, scene);
  } else {
    draw_backdrop(random, area, scene);
    if (random.chance(0.6)) {
      paste_face(random, aim, area, scene);
    } else {
      lay_on(aim, area, scene);
    }
  }
  if (has_cells || !random.chance(options_.pasted)) return;
  Aim other = choose_aim(random);
  other.size = std::exp(random.uniform_f(std::log(options_.min_face_px), std::log(60.0)));
  other.canvas_from_picture = placement_of(
      other.face->box.center() - Point{0.5f, 0.5f},
      {random.uniform_f(area.left, area.right), random.uniform_f(area.top, area.bottom)},
      other.size / std::max(1.0f, other.face->box.height),
      other.roll_rad,
      random.chance(0.5));
  paste_face(random, other, area, scene);
}

void SceneSampler::draw_backdrop(Random& random, const CanvasArea& area, Composition& scene) const {
  std::size_t chosen =
      backdrops_[static_cast<std::size_t>(random.index(static_cast<int>(backdrops_.size())))];
  const SceneGroup& group = library_->groups[chosen];
  const TrainingScene& source =
      group.scenes[static_cast<std::size_t>(random.index(static_cast<int>(group.scenes.size())))];
  const auto width = static_cast<float>(source.picture.width());
  const auto height = static_cast<float>(source.picture.height());
  const auto cell_width = static_cast<float>(area.width());
  const auto cell_height = static_cast<float>(area.height());
  const float scale =
      std::max(cell_width / width, cell_height / height) * std::exp(random.uniform_f(0.02, 1.0));
  // Anywhere, as long as the scene covers the cell.
  const Point from{
      random.uniform_f(0.5f * cell_width / scale, width - 0.5f * cell_width / scale),
      random.uniform_f(0.5f * cell_height / scale, height - 0.5f * cell_height / scale)};
  const Placement placement =
      placement_of(from, area.rect().center(), scale, 0.0f, random.chance(0.5));
  Border border;
  border.is_replicated = true;
  scene.canvas.draw(source.picture, placement, area, border);
  add_scene_faces(source, placement, area, scene);
}

void SceneSampler::lay_on(const Aim& aim, const CanvasArea& area, Composition& scene) const {
  Border border;
  border.is_transparent = true;
  const PicturePyramid& picture = aim.source->picture;
  scene.canvas.draw(picture, aim.canvas_from_picture, area, border);
  const auto cover = [&](const Rect& box) {
    return visible_share(box, area.rect()) > 0.0f
               ? covered_share(box, picture, aim.canvas_from_picture)
               : 0.0f;
  };
  for (const KnownFace& face : scene.faces) {
    const float covered = cover(face.box);
    if (covered > 0.3f && covered < 0.9f) scene.ignored.push_back(face.box);
  }
  std::erase_if(scene.faces, [&](const KnownFace& face) { return cover(face.box) > 0.3f; });
  std::erase_if(scene.ignored, [&](const Rect& box) { return cover(box) >= 0.9f; });
  add_scene_faces(*aim.source, aim.canvas_from_picture, area, scene);
}

void SceneSampler::paste_face(Random& random,
                              const Aim& aim,
                              const CanvasArea& area,
                              Composition& scene) const {
  const float margin = random.uniform_f(1.0, 1.5);
  KnownFace face = moved(*aim.face, aim.canvas_from_picture);
  const Rect& box = face.box;
  const Rect covered{
      box.x - 0.25f * aim.size, box.y - 0.35f * aim.size, 1.5f * aim.size, 1.6f * aim.size};
  const auto meets = [&](const Rect& other) { return intersection(covered, other) > 0.0f; };
  const bool is_free = visible_share(box, area.rect()) > 0.95f &&
                       std::none_of(scene.faces.begin(),
                                    scene.faces.end(),
                                    [&](const KnownFace& other) { return meets(other.box); }) &&
                       std::none_of(scene.ignored.begin(), scene.ignored.end(), meets);
  if (!is_free) return;
  const Point center = box.center() - Point{0.5f, 0.5f + 0.06f * aim.size};
  scene.canvas.paste(aim.source->picture,
                     aim.canvas_from_picture,
                     area,
                     {center, 0.56f * aim.size * margin, 0.68f * aim.size * margin, aim.roll_rad});
  scene.faces.push_back(std::move(face));
}

void SceneSampler::compose(Random& random, Composition& scene) const {
  scene.canvas.rgb.fill(0);
  scene.area = choose_area(random, options_.letterboxes);
  const bool is_mosaic = random.chance(options_.mosaics);
  for (const CanvasArea& cell : cells_of(scene.area, is_mosaic, random)) {
    fill_cell(random, cell, is_mosaic, scene);
  }
}

void SceneSampler::make(std::uint64_t index, TrainingSample& sample) const {
  ColorCanvas canvas;
  make(index, sample, canvas);
}

void SceneSampler::make(std::uint64_t index, TrainingSample& sample, ColorCanvas& canvas) const {
  Random random(options_.seed, index);
  Composition scene{canvas};
  compose(random, scene);
  sample.teacher.clear();
  if (teacher_ && random.chance(options_.teacher_share)) teacher_->run(canvas, sample.teacher);

  GrayPlane plane;
  gray_at_random(canvas, random, plane);
  for (const KnownFace& face : scene.faces) {
    const bool may_wear = face.box.height >= kSmallestWithGlasses_px && !face.points.empty();
    if (may_wear && random.chance(options_.glasses)) wear_glasses(face, random, plane);
  }
  if (!scene.faces.empty() && random.chance(options_.hidden)) {
    const int chosen = random.index(static_cast<int>(scene.faces.size()));
    cut_out(hidden_part(scene.faces[static_cast<std::size_t>(chosen)].box, random), random, plane);
  }
  if (options_.is_degraded) degrade_recording(random, plane);

  // Bars of a letterbox are added behind the camera: they stay black.
  sample.pixels.fill(-1.0f);
  for (int y = scene.area.top; y < scene.area.bottom; ++y) {
    for (int x = scene.area.left; x < scene.area.right; ++x) {
      const auto place = static_cast<std::size_t>(y * kDetectorSide + x);
      // Users' pictures hold whole gray levels.
      sample.pixels[place] = std::floor(plane[place] + 0.5f) * (1.0f / 127.5f) - 1.0f;
    }
  }
  sample.faces.clear();
  for (const KnownFace& face : scene.faces) {
    LabeledFace& label = sample.faces.emplace_back();
    label.box = face.box;
    for (std::size_t i = 0; i < 6; ++i) {
      label.keypoints[i] = face.keypoints[i] + Point{0.5f, 0.5f};
    }
    label.keypoint_weight = face.keypoint_weight;
  }
  sample.ignored = std::move(scene.ignored);
}

}  // namespace eyelid::training
