// SPDX-License-Identifier: MIT
#include "training/detector/data/face_finder.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <sstream>
#include <string>
#include <utility>

#include "eyelid/detection/hog_face_detector.hpp"
#include "eyelid/frames/resampler.hpp"
#include "eyelid/model_files/model_file.hpp"
#include "eyelid/synthesis/random.hpp"

namespace eyelid::training {
namespace {

constexpr float kDoubtScore = 0.4f;
constexpr float kSureScore = 0.88f;
// Teachers' keypoints serve where nobody annotated any; labels are better.
constexpr std::array<float, 6> kFoundKeypointWeights = {0.3f, 0.3f, 0.3f, 0.3f, 0.3f, 0.3f};
constexpr float kSamePlaceIou = 0.35f;
constexpr float kSameFaceIou = 0.5f;
// Begins the memory; to be changed with anything that changes what is found.
constexpr const char* kMemoryHead = "eyelid found faces 1";

/// A face in one of the squares looked at.
struct Find {
  KnownFace face;
  float score = 0.0f;
  int views = 1;  // squares of the picture in which it was found
};

// Looks at one square of the picture.
void find_in_square(const Teacher& teacher,
                    const PicturePyramid& picture,
                    Point center,
                    float side,
                    std::vector<Find>& finds) {
  const float middle = 0.5f * static_cast<float>(kDetectorSide) - 0.5f;
  const Placement canvas_from_picture =
      placement_of(center, {middle, middle}, static_cast<float>(kDetectorSide) / side, 0.0f, false);
  ColorCanvas canvas;
  canvas.draw(picture, canvas_from_picture, {}, {});
  const Placement picture_from_canvas = canvas_from_picture.inverse();
  for (const FaceBox& box : teacher.find(canvas, kDoubtScore)) {
    KnownFace on_canvas;
    on_canvas.box = box.box;
    on_canvas.keypoints = *box.keypoints;
    on_canvas.keypoint_weight = kFoundKeypointWeights;
    finds.push_back({moved(on_canvas, picture_from_canvas), box.score});
  }
}

std::vector<Find> find_faces(const Teacher& teacher,
                             const PicturePyramid& picture,
                             bool looks_in_tiles) {
  std::vector<Find> finds;
  const auto width = static_cast<float>(picture.width());
  const auto height = static_cast<float>(picture.height());
  const float longer = std::max(width, height);
  find_in_square(teacher, picture, {0.5f * width, 0.5f * height}, longer, finds);
  for (const float share : {0.5f, 0.25f}) {
    if (!looks_in_tiles) break;
    const float side = longer * share;
    for (float y = 0.5f * side; y < height; y += 0.6f * side) {
      for (float x = 0.5f * side; x < width; x += 0.6f * side) {
        find_in_square(teacher, picture, {x, y}, side, finds);
      }
    }
  }
  std::stable_sort(
      finds.begin(), finds.end(), [](const Find& a, const Find& b) { return a.score > b.score; });
  std::vector<Find> kept;
  for (Find& find : finds) {
    const auto same = std::find_if(kept.begin(), kept.end(), [&](const Find& other) {
      return iou(other.face.box, find.face.box) > kSamePlaceIou;
    });
    if (same == kept.end()) {
      kept.push_back(std::move(find));
    } else if (iou(same->face.box, find.face.box) > kSameFaceIou) {
      ++same->views;
    }
  }
  return kept;
}

// Whether an unlike detector sees the same face: dlib's, of gradients, hardly ever takes a ball or
// a hand for one.
bool is_confirmed(const GrayImage& picture, const Rect& box) {
  constexpr int kSide = 272;
  constexpr float kFace_px = 105.0f;
  const double scale = static_cast<double>(kFace_px / box.height);
  const Point center = box.center();
  const frames::Placement placement{scale,
                                    0.5 * kSide - scale * static_cast<double>(center.x),
                                    0.5 * kSide - scale * static_cast<double>(center.y)};
  GrayImage part;
  frames::Resampler(picture.width(), picture.height(), kSide, kSide, placement).run(picture, part);
  thread_local const auto detector = detection::make_hog_detector();
  std::vector<FaceBox> found;
  detector->detect(part, found);
  const float begin = 0.5f * (kSide - kFace_px);
  const Rect expected{begin, begin, kFace_px, kFace_px};
  return std::any_of(found.begin(), found.end(), [&](const FaceBox& face) {
    return iou(face.box, expected) > kSamePlaceIou;
  });
}

bool is_known(const Find& find, std::span<const KnownFace> known) {
  return std::any_of(known.begin(), known.end(), [&](const KnownFace& face) {
    const Point d = face.box.center() - find.face.box.center();
    const float near = 0.35f * std::max(face.box.width, find.face.box.width);
    return iou(face.box, find.face.box) > kSamePlaceIou || std::hypot(d.x, d.y) < near;
  });
}

void write(std::ostream& stream, const FoundFace& found) {
  const Rect& box = found.face.box;
  stream << ' ' << box.x << ' ' << box.y << ' ' << box.width << ' ' << box.height << ' '
         << found.score << ' ' << (found.is_confirmed ? 1 : 0);
  for (const Point p : found.face.keypoints) stream << ' ' << p.x << ' ' << p.y;
}

bool read(std::istream& stream, FoundFace& found) {
  Rect& box = found.face.box;
  int is_confirmed = 0;
  stream >> box.x >> box.y >> box.width >> box.height >> found.score >> is_confirmed;
  for (Point& p : found.face.keypoints) stream >> p.x >> p.y;
  found.is_confirmed = is_confirmed != 0;
  found.face.keypoint_weight = kFoundKeypointWeights;
  return !stream.fail() && box.width > 0.0f && box.height > 0.0f;
}

}  // namespace

FaceFinder::FaceFinder(const Teacher& teacher, std::filesystem::path memory)
    : teacher_(teacher), memory_(std::move(memory)) {
  if (!memory_.empty()) read_memory();
}

void FaceFinder::read_memory() {
  std::ifstream stream(memory_);
  std::string line;
  if (!std::getline(stream, line) || line != kMemoryHead) return;
  while (std::getline(stream, line)) {
    std::istringstream words(line);
    std::uint64_t key = 0;
    std::size_t count = 0;
    if (!(words >> key >> count) || count > line.size()) return;
    std::vector<FoundFace> faces(count);
    for (FoundFace& face : faces) {
      if (!read(words, face)) return;
    }
    remembered_[key] = std::move(faces);
  }
}

void FaceFinder::save() const {
  if (memory_.empty()) return;
  std::ostringstream text;
  text.precision(std::numeric_limits<float>::max_digits10);
  text << kMemoryHead << '\n';
  for (const auto& [key, faces] : remembered_) {
    text << key << ' ' << faces.size();
    for (const FoundFace& face : faces) write(text, face);
    text << '\n';
  }
  const std::string bytes = text.str();
  model_files::write_model_file(memory_, std::as_bytes(std::span(bytes)));
}

// By content: pictures, known faces, teacher, way of looking.
std::uint64_t FaceFinder::key_of(const PicturePyramid& picture,
                                 std::span<const KnownFace> known,
                                 bool is_crowded) const {
  std::uint64_t hash = is_crowded ? 1 : 0;
  const auto add = [&hash](std::uint64_t value) { hash = synthesis::mixed_bits(hash ^ value); };
  for (const char c : teacher_.sha256()) add(static_cast<unsigned char>(c));
  for (const KnownFace& face : known) {
    for (const float value : {face.box.x, face.box.y, face.box.width, face.box.height}) {
      add(static_cast<std::uint64_t>(std::llround(256.0f * value)));
    }
  }
  const ColorPicture& pixels = picture.level(0);
  add(static_cast<std::uint64_t>(pixels.width));
  std::uint64_t eight = 0;
  for (std::size_t i = 0; i < pixels.rgb.size(); ++i) {
    eight = eight << 8 | pixels.rgb[i];
    if (i % 8 == 7) add(eight);
  }
  add(eight);
  return hash;
}

std::vector<FoundFace> FaceFinder::find(const PicturePyramid& picture,
                                        std::span<const KnownFace> known,
                                        bool is_crowded) const {
  const std::uint64_t key = memory_.empty() ? 0 : key_of(picture, known, is_crowded);
  if (!memory_.empty()) {
    const std::lock_guard lock(mutex_);
    const auto found = remembered_.find(key);
    if (found != remembered_.end()) return found->second;
  }
  std::vector<FoundFace> result;
  GrayImage gray;
  for (Find& find : find_faces(teacher_, picture, is_crowded)) {
    if (is_known(find, known)) continue;
    bool is_sure = false;
    if (is_crowded) {
      if (gray.is_empty()) gray = gray_of(picture.level(0));
      is_sure = (find.views > 1 && find.score >= kSureScore) || is_confirmed(gray, find.face.box);
    }
    result.push_back({std::move(find.face), find.score, is_sure});
  }
  if (!memory_.empty()) {
    const std::lock_guard lock(mutex_);
    remembered_[key] = result;
  }
  return result;
}

}  // namespace eyelid::training
