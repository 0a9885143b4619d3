// SPDX-License-Identifier: MIT
#include "training/detector/data/scene_library.hpp"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cmath>
#include <iterator>
#include <utility>

#include "eyelid/core/error.hpp"
#include "eyelid/evaluation/annotated_pictures.hpp"
#include "eyelid/files/interruption.hpp"
#include "eyelid/synthesis/portrait.hpp"
#include "eyelid/synthesis/random.hpp"
#include "training/detector/data/face_finder.hpp"

namespace eyelid::training {
namespace {

// From this score on the teacher's find in a picture of one person is a label.
constexpr float kLabelScore = 0.6f;
// Below, a find in training is background: most such finds are hands, balls and shirts, of which
// much is to be learned. The check on held-out scenes gives them the benefit of the doubt.
constexpr float kDoubtfulScore = 0.55f;
constexpr int kLargestSide_px = 832;
constexpr float kClosedEyeRatio = 0.15f;
constexpr float kHalfClosedEyeRatio = 0.20f;
constexpr std::size_t kPortraitsPerPerson = 6;

bool contains(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

/// What the name of a set says about it.
struct Habits {
  bool finds_are_labels = false;  // what the teacher finds is a label, otherwise ignored
  bool is_crowded = false;        // many small faces, to be looked for in tiles
  bool boxes_are_heads = false;   // from the forehead on
  float keypoint_trust = 1.0f;
};

Habits habits_of(const std::string& format_and_path) {
  Habits habits;
  const bool is_bare = format_and_path.starts_with("pictures:");
  habits.is_crowded =
      !is_bare && !format_and_path.starts_with("300w") && !format_and_path.starts_with("rendered:");
  const bool is_portrait =
      format_and_path.starts_with("300w:") && !contains(format_and_path, "afw");
  habits.boxes_are_heads =
      format_and_path.starts_with("wider:") || format_and_path.starts_with("fddb:");
  habits.finds_are_labels = is_bare || is_portrait;
  if (contains(format_and_path, "ytf")) habits.keypoint_trust = 0.5f;  // points on a 2 px grid
  return habits;
}

// What is known of a picture at its full size.
struct Knowledge {
  std::vector<KnownFace> faces;
  std::vector<Rect> ignored;
};

void scale_weights(KnownFace& face, float factor) {
  for (float& weight : face.keypoint_weight) weight *= factor;
}

Knowledge knowledge_of(const evaluation::AnnotatedPicture& annotated,
                       const PicturePyramid& picture,
                       const FaceFinder* finder,
                       const Habits& habits,
                       const LibraryOptions& options,
                       bool is_for_training) {
  Knowledge known;
  known.ignored = annotated.ignored;
  for (const evaluation::AnnotatedFace& face : annotated.faces) {
    std::vector<Point> points = ibug_points(face.points);
    if (!points.empty()) {
      known.faces.push_back(face_of_points(std::move(points)));
      scale_weights(known.faces.back(), habits.keypoint_trust);
    } else if (face.points.size() == 5) {
      known.faces.push_back(face_of_five_points(face.points, face.box));
    } else if (face.box) {
      KnownFace boxed;
      boxed.box = habits.boxes_are_heads ? box_in_head(*face.box) : *face.box;
      known.faces.push_back(boxed);
    }
  }
  if (finder == nullptr || annotated.is_complete) return known;
  for (FoundFace& found : finder->find(picture, known.faces, habits.is_crowded)) {
    const bool is_ignored =
        std::any_of(annotated.ignored.begin(), annotated.ignored.end(), [&](const Rect& box) {
          return iou(box, found.face.box) > 0.0f;
        });
    const bool is_label = (habits.finds_are_labels && found.score >= kLabelScore) ||
                          (options.labels_crowds && found.is_confirmed);
    if (is_label && !is_ignored) {
      known.faces.push_back(std::move(found.face));
    } else if (found.score >= kDoubtfulScore || !is_for_training) {
      known.ignored.push_back(found.face.box);
    }
  }
  return known;
}

float largest_face(const std::vector<KnownFace>& faces) {
  float largest = 0.0f;
  for (const KnownFace& face : faces) largest = std::max(largest, face.box.height);
  return largest;
}

// The scene at the size it is kept in.
TrainingScene kept_scene(PicturePyramid picture, Knowledge known, const LibraryOptions& options) {
  TrainingScene scene;
  const float largest = largest_face(known.faces);
  const int longer = std::max(picture.width(), picture.height());
  float scale = std::min(1.0f, static_cast<float>(kLargestSide_px) / static_cast<float>(longer));
  if (largest > 0.0f) {
    scale = std::min(scale, static_cast<float>(options.max_face_px) / largest);
  }
  if (scale > 0.95f) {
    scene.picture = std::move(picture);
    scene.faces = std::move(known.faces);
    scene.ignored = std::move(known.ignored);
    return scene;
  }
  const auto scaled = [scale](int size) {
    return std::max(16, static_cast<int>(std::lround(static_cast<float>(size) * scale)));
  };
  const int width = std::min(picture.width(), scaled(picture.width()));
  const int height = std::min(picture.height(), scaled(picture.height()));
  const float exact = static_cast<float>(width) / static_cast<float>(picture.width());
  const Placement kept_from_full{
      exact, 0.0f, 0.5f * exact - 0.5f, 0.0f, exact, 0.5f * exact - 0.5f};
  for (const KnownFace& face : known.faces) scene.faces.push_back(moved(face, kept_from_full));
  for (const Rect& box : known.ignored) {
    scene.ignored.push_back({box.x * exact, box.y * exact, box.width * exact, box.height * exact});
  }
  scene.picture = PicturePyramid(shrunk(picture.level(0), width, height));
  return scene;
}

std::size_t bytes_of(const PicturePyramid& picture) {
  std::size_t bytes = 0;
  for (int i = 0; i < picture.level_count(); ++i) bytes += picture.level(i).rgb.size();
  return bytes;
}

// Closed eyes are rare in photographs and the rule in a blink: they are drawn more often.
float pick_weight(const KnownFace& face, const Habits& habits) {
  if (face.points.empty() || habits.keypoint_trust < 1.0f) return 1.0f;
  const float ratio = smaller_eye_ratio(face);
  return ratio < kClosedEyeRatio ? 4.0f : ratio < kHalfClosedEyeRatio ? 2.0f : 1.0f;
}

void prepare_picks(SceneGroup& group, const Habits& habits) {
  float sum = 0.0f;
  for (std::size_t s = 0; s < group.scenes.size(); ++s) {
    for (std::size_t f = 0; f < group.scenes[s].faces.size(); ++f) {
      sum += pick_weight(group.scenes[s].faces[f], habits);
      group.picks.push_back({static_cast<std::uint32_t>(s), static_cast<std::uint32_t>(f), sum});
    }
  }
  for (SceneGroup::Pick& pick : group.picks) pick.cumulated /= sum;
}

SceneGroup rendered_group(const std::string& name, const LibraryOptions& options) {
  std::size_t count = 0;
  const std::string number = name.substr(name.find(':') + 1);
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), count);
  if (error != std::errc() || end != number.data() + number.size() || count < 1) {
    throw InputError("dataset \"" + name + "\": expected rendered:N, N portraits to draw");
  }
  SceneGroup group;
  group.name = name;
  group.scenes.resize(count);
  tbb::parallel_for(std::size_t{0}, (count - 1) / kPortraitsPerPerson + 1, [&](std::size_t person) {
    files::throw_if_interrupted();
    const synthesis::PortraitSubject sitter(synthesis::mixed_bits(options.seed) + person);
    const std::size_t begin = person * kPortraitsPerPerson;
    for (std::size_t i = begin; i < std::min(count, begin + kPortraitsPerPerson); ++i) {
      const synthesis::Portrait portrait = sitter.portrait(synthesis::mixed_bits(options.seed + i));
      Knowledge known;
      known.faces.push_back(face_of_points({portrait.points.begin(), portrait.points.end()}));
      group.scenes[i] =
          kept_scene(PicturePyramid(color_of(portrait.image)), std::move(known), options);
      group.scenes[i].name = name + " " + std::to_string(i);
    }
  });
  return group;
}

// A crowded scene shows few faces large enough to count. Each of its annotated faces is checked
// once more in a square part of the scene, where it has 12 to 33 % of the side.
void add_parts(const HeldOutScene& whole, std::vector<HeldOutScene>& scenes) {
  const int shorter = std::min(whole.image.width(), whole.image.height());
  for (std::size_t i = 0; i < whole.faces.size(); ++i) {
    const Rect& aim = whole.faces[i].box;
    std::uint64_t hash = i;
    for (const char c : whole.name.substr(whole.name.rfind(' ')))
      hash = synthesis::mixed_bits(hash ^ static_cast<unsigned char>(c));
    synthesis::Random random(hash, 0);
    const int side = static_cast<int>(aim.height * random.uniform(3.0, 8.0));
    if (whole.faces[i].points.empty() || side > shorter || side < 32) continue;
    const auto begin = [&](float center, int size) {
      const float place = center + random.uniform_f(-0.3, 0.3) * static_cast<float>(side);
      return std::clamp(static_cast<int>(place) - side / 2, 0, size - side);
    };
    const int left = begin(aim.center().x, whole.image.width());
    const int top = begin(aim.center().y, whole.image.height());
    HeldOutScene& part = scenes.emplace_back();
    part.set = whole.set;
    part.name = whole.name + " part " + std::to_string(i);
    part.image.resize(side, side);
    for (int y = 0; y < side; ++y) {
      std::copy_n(whole.image.row(top + y) + left, side, part.image.row(y));
    }
    const Placement part_from_whole{
        1.0f, 0.0f, static_cast<float>(-left), 0.0f, 1.0f, static_cast<float>(-top)};
    const auto side_px = static_cast<float>(side);
    for (const KnownFace& face : whole.faces) {
      KnownFace shifted = moved(face, part_from_whole);
      const Rect& box = shifted.box;
      const float width = std::min(box.right(), side_px) - std::max(box.x, 0.0f);
      const float height = std::min(box.bottom(), side_px) - std::max(box.y, 0.0f);
      if (width <= 0.0f || height <= 0.0f) continue;
      if (width * height >= 0.6f * box.area()) {
        part.faces.push_back(std::move(shifted));
      } else {
        part.ignored.push_back(box);
      }
    }
    for (Rect box : whole.ignored) {
      box.x -= static_cast<float>(left);
      box.y -= static_cast<float>(top);
      part.ignored.push_back(box);
    }
  }
}

/// Reads one set; pictures in parallel, results in the order of the set.
class SetLoader {
 public:
  SetLoader(const DatasetChoice& choice, const FaceFinder* finder, const LibraryOptions& options)
      : habits_(habits_of(choice.format_and_path)),
        finder_(finder),
        options_(options),
        set_(evaluation::read_annotated_pictures(choice.format_and_path)) {
    if (options.stops_at_damage && !set_.problems.empty()) throw InputError(set_.problems[0]);
  }

  std::size_t size() const { return set_.pictures.size(); }

  SceneGroup load(SceneLibrary& library, const std::function<void()>& step) {
    std::vector<TrainingScene> scenes(size());
    std::vector<std::vector<HeldOutScene>> held_out(size());
    std::vector<std::string> problems(size());
    tbb::parallel_for(std::size_t{0}, size(), [&](std::size_t i) {
      files::throw_if_interrupted();
      try {
        load_one(set_.pictures[i], scenes[i], held_out[i]);
      } catch (const InputError& error) {
        problems[i] = error.what();
      }
      if (step) step();
    });
    for (std::string& problem : problems) {
      if (problem.empty()) continue;
      if (options_.stops_at_damage) throw InputError(problem);
      set_.problems.push_back(std::move(problem));
    }
    SceneGroup group;
    group.name = set_.name;
    for (std::size_t i = 0; i < size(); ++i) {
      if (!scenes[i].name.empty()) group.scenes.push_back(std::move(scenes[i]));
      std::move(held_out[i].begin(), held_out[i].end(), std::back_inserter(library.held_out));
    }
    library.problems.insert(library.problems.end(), set_.problems.begin(), set_.problems.end());
    return group;
  }

 private:
  void load_one(const evaluation::AnnotatedPicture& annotated,
                TrainingScene& scene,
                std::vector<HeldOutScene>& held_out) const {
    PicturePyramid picture(read_color_picture(annotated.image));
    const bool is_checked =
        !annotated.faces.empty() && is_held_out(annotated.scene, options_.held_out_share);
    Knowledge known = knowledge_of(annotated, picture, finder_, habits_, options_, !is_checked);
    if (is_checked) {
      HeldOutScene whole;
      whole.image = gray_of(picture.level(0));
      whole.faces = std::move(known.faces);
      whole.ignored = std::move(known.ignored);
      whole.set = set_.name;
      whole.name = set_.name + " " + annotated.image.filename().string();
      if (habits_.is_crowded) add_parts(whole, held_out);
      held_out.push_back(std::move(whole));
      return;
    }
    scene = kept_scene(std::move(picture), std::move(known), options_);
    scene.name = set_.name + " " + annotated.image.filename().string();
  }

  Habits habits_;
  const FaceFinder* finder_;
  const LibraryOptions& options_;
  evaluation::AnnotatedPictures set_;
};

}  // namespace

double default_weight(const std::string& format_and_path) {
  constexpr std::pair<const char*, double> kShares[] = {{"rendered:", 0.10},
                                                        {"wflw", 0.40},
                                                        {"helen", 0.18},
                                                        {"lfw", 0.16},
                                                        {"afw", 0.14},
                                                        {"ytf", 0.12}};
  for (const auto& [part, share] : kShares) {
    if (contains(format_and_path, part)) return share;
  }
  return 0.20;
}

bool is_held_out(const std::string& scene, double share) {
  std::uint64_t hash = 0xcbf29ce484222325ull;
  for (const char c : scene) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ull;
  return static_cast<double>(synthesis::mixed_bits(hash) >> 11) * 0x1p-53 < share;
}

SceneLibrary load_scenes(const std::vector<DatasetChoice>& choices,
                         const Teacher* teacher,
                         const LibraryOptions& options,
                         const std::function<void(std::size_t, std::size_t)>& progress) {
  SceneLibrary library;
  const auto finder =
      teacher != nullptr ? std::make_unique<FaceFinder>(*teacher, options.finds_file) : nullptr;
  std::vector<std::pair<DatasetChoice, std::unique_ptr<SetLoader>>> loaders;
  std::size_t total = 0;
  for (const DatasetChoice& choice : choices) {
    const bool is_rendered = choice.format_and_path.starts_with("rendered:");
    auto loader =
        is_rendered ? nullptr : std::make_unique<SetLoader>(choice, finder.get(), options);
    if (loader) total += loader->size();
    loaders.emplace_back(choice, std::move(loader));
  }
  std::atomic<std::size_t> done{0};
  for (auto& [choice, loader] : loaders) {
    SceneGroup group = loader ? loader->load(library,
                                             [&] {
                                               const std::size_t now = ++done;
                                               if (progress) progress(now, total);
                                             })
                              : rendered_group(choice.format_and_path, options);
    group.weight = choice.weight.value_or(default_weight(choice.format_and_path));
    const Habits habits = habits_of(choice.format_and_path);
    group.is_crowded = habits.is_crowded;
    prepare_picks(group, habits);
    for (const TrainingScene& scene : group.scenes) {
      library.picture_bytes += bytes_of(scene.picture);
    }
    if (!group.picks.empty() && group.weight > 0.0) library.groups.push_back(std::move(group));
    loader.reset();
  }
  if (finder) finder->save();
  if (library.groups.empty()) {
    throw InputError("no face to learn from in " + std::to_string(choices.size()) + " datasets" +
                     (library.problems.empty()
                          ? std::string()
                          : ", the first problem being: " + library.problems[0]));
  }
  return library;
}

}  // namespace eyelid::training
