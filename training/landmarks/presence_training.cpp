// SPDX-License-Identifier: MIT
#include "training/landmarks/presence_training.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include <fmt/format.h>
#include <tbb/task_arena.h>

#include "eyelid/core/stopwatch.hpp"
#include "eyelid/core/version.hpp"
#include "eyelid/landmarks/eye_presence.hpp"
#include "eyelid/landmarks/shape_model_file.hpp"
#include "eyelid/model_files/embedded_models.hpp"
#include "training/landmarks/presence_examples.hpp"

namespace eyelid::training {
namespace {

using evaluation::LabeledFace;

constexpr const char* kFile = "eye_presence.safetensors";
constexpr std::size_t kViewsOfPerson = 4;
// Apart from those of sessions, tests and the landmark models.
constexpr std::uint64_t kFirstPresenceSeed = 3'000'000'000;
// A closed eye taken for nothing is a blink lost.
constexpr std::size_t kClosedCopies = 2;

std::shared_ptr<const landmarks::LandmarkModels> models_without_presence() {
  const auto load = [](const char* name) {
    return landmarks::ShapeModel(
        landmarks::load_shape_model(model_files::embedded_model(name), name));
  };
  return std::make_shared<const landmarks::LandmarkModels>(landmarks::LandmarkModels{
      load("landmarks_22.safetensors"),
      load("landmarks_68.safetensors"),
      networks::pack_point_network(networks::embedded_point_network(networks::kEyeFinder)),
      networks::pack_point_network(networks::embedded_point_network(networks::kLidFinder)),
      load("landmarks_6.safetensors")});
}

bool is_eye(PresenceKind kind) {
  return kind == PresenceKind::OpenEye || kind == PresenceKind::ClosedEye;
}

/// The point of the ensemble: up for an eye, down for none.
ShapeExamples as_shapes(std::vector<PresenceExample> examples) {
  using namespace landmarks;
  ShapeExamples shapes;
  shapes.point_count = 1;
  const auto add = [&](GrayImage patch, float y) {
    shapes.patches.push_back(std::move(patch));
    shapes.shapes.push_back({0.5f, y});
  };
  for (PresenceExample& example : examples) {
    const float y = kPresenceCenter + (is_eye(example.kind) ? -kPresenceStep : kPresenceStep);
    for (std::size_t i = 1; example.kind == PresenceKind::ClosedEye && i < kClosedCopies; ++i) {
      add(example.patch.copy(), y);
    }
    add(std::move(example.patch), y);
  }
  return shapes;
}

ShapeTrainingOptions training_options(const PresenceTrainingOptions& options) {
  ShapeTrainingOptions training;
  training.cascades = 1;
  training.trees = 1000;
  training.depth = 5;
  training.features = 512;  // no more fit the fast kernel
  training.tests = 40;
  training.padding = 0.45f;
  training.closeness = 0.25f;
  training.starts = 1;
  training.seed = options.seed;
  training.threads = options.threads;
  return training;
}

struct Material {
  std::vector<LabeledFace> faces;
  std::vector<EyePicture> eyes;
};

std::vector<PresenceExample> make_examples(Material material,
                                           std::size_t rendered_people,
                                           const PresenceTrainingOptions& options) {
  const auto models = models_without_presence();
  PresenceOptions how;
  how.seed = options.seed;
  TrainingFaces faces;
  faces.add(std::move(material.faces));
  faces.add_rendered(rendered_people, kViewsOfPerson, kFirstPresenceSeed + options.seed * 1000);
  auto examples = make_presence_examples(faces, models, how);
  if (material.eyes.empty()) return examples;
  auto singles = make_presence_examples(material.eyes, faces, models, how);
  std::move(singles.begin(), singles.end(), std::back_inserter(examples));
  return examples;
}

std::string counts_of(const std::vector<PresenceExample>& examples) {
  std::array<std::size_t, 4> counts{};
  for (const auto& example : examples) ++counts[static_cast<std::size_t>(example.kind)];
  return fmt::format("{} open eyes, {} closed, {} places without one, {} covered eyes",
                     counts[0],
                     counts[1],
                     counts[2],
                     counts[3]);
}

void report_held_out(const landmarks::ShapeModelDescription& description,
                     const std::vector<PresenceExample>& examples,
                     const ReportLine& report) {
  const landmarks::ShapeModel model(description);
  std::array<std::vector<float>, 4> presence;
  for (const PresenceExample& example : examples) {
    Point point;
    model.predict(example.patch,
                  landmarks::ShapeRegion::of_patch(example.patch.width()),
                  std::span(&point, 1));
    presence[static_cast<std::size_t>(example.kind)].push_back(landmarks::presence_of(point));
  }
  report("  threshold  open kept  closed kept  background kept  covered kept");
  for (int step = -8; step <= 8; ++step) {
    const float threshold = 0.05f * static_cast<float>(step);
    std::array<double, 4> kept{};
    for (std::size_t kind = 0; kind < 4; ++kind) {
      kept[kind] = 100.0 *
                   static_cast<double>(std::ranges::count_if(
                       presence[kind], [&](float value) { return value >= threshold; })) /
                   static_cast<double>(std::max<std::size_t>(presence[kind].size(), 1));
    }
    report(fmt::format("  {:9.2f}  {:7.2f} %  {:9.2f} %  {:13.2f} %  {:10.2f} %",
                       threshold,
                       kept[0],
                       kept[1],
                       kept[2],
                       kept[3]));
  }
}

}  // namespace

void train_presence_model(const PresenceTrainingOptions& options,
                          const std::filesystem::path& folder,
                          const ReportLine& report) {
  prepare_model_file(folder / kFile);
  const Stopwatch stopwatch;
  LandmarkTrainingOptions sources;
  sources.datasets = options.datasets;
  sources.held_out_share = options.held_out_share;
  sources.fold = options.fold;
  SceneSplit faces = read_training_faces(sources, report);
  Material training{std::move(faces.training), {}}, held_out{std::move(faces.held_out), {}};
  if (!options.eye_pictures.empty()) {
    for (EyePicture& picture : read_eye_pictures(options.eye_pictures)) {
      const bool is_out = is_held_out(picture.scene, options.held_out_share, options.fold);
      (is_out ? held_out : training).eyes.push_back(std::move(picture));
    }
  }
  const std::size_t photographs = training.faces.size() + training.eyes.size();
  tbb::task_arena arena(options.threads > 0 ? options.threads : tbb::task_arena::automatic);
  auto examples = arena.execute(
      [&] { return make_examples(std::move(training), options.rendered_people, options); });
  const std::string counts = counts_of(examples);
  report(fmt::format("{}, {:.0f} s", counts, stopwatch.seconds()));
  auto model = train_shape_model(as_shapes(std::move(examples)), training_options(options));
  report(fmt::format("trained, {:.0f} s", stopwatch.seconds()));
  model.metadata = {{"name", "eyelid eye presence"},
                    {"version", kVersion},
                    {"points", "1"},
                    {"training_data", counts},
                    {"license", license_of(photographs)},
                    {"normalization",
                     "gray patch 40x32, corners 16 px apart, mean 128, SD 40; left eyes mirrored"},
                    {"seed", std::to_string(options.seed)}};
  landmarks::save_shape_model(folder / kFile, model);
  report(fmt::format("wrote {}", (folder / kFile).string()));
  if (options.held_out_share <= 0.0) return;
  const auto others = arena.execute([&] { return make_examples(std::move(held_out), 0, options); });
  report("held out: " + counts_of(others));
  report_held_out(model, others, report);
}

}  // namespace eyelid::training
