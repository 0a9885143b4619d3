// SPDX-License-Identifier: MIT
#include "training/landmarks/landmark_training.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>

#include <fmt/format.h>
#include <tbb/task_arena.h>

#include "eyelid/core/error.hpp"
#include "eyelid/core/stopwatch.hpp"
#include "eyelid/core/version.hpp"
#include "eyelid/evaluation/landmark_evaluation.hpp"
#include "eyelid/files/folder.hpp"
#include "eyelid/files/output_check.hpp"
#include "eyelid/landmarks/patch.hpp"
#include "eyelid/landmarks/shape_model_file.hpp"
#include "eyelid/model_files/embedded_models.hpp"

namespace eyelid::training {
namespace {

using evaluation::LabeledFace;
using landmarks::ShapeModelDescription;

// Below, photographs have no lids to learn from (outer-eye distance in pixels).
constexpr float kSmallestFace_px = 18.0f;

constexpr std::size_t kPicturesOfPerson = 6;
// Tests and sessions render people by small seeds: none of them is trained on.
constexpr std::uint64_t kFirstRenderedSeed = 1'000'000'000;
constexpr std::uint64_t kRenderedSeeds = 1'000'000;  // set apart for one training

/// What tells one ensemble from the others, besides default_settings().
struct KindTraits {
  const char* name;
  const char* file;
  landmarks::PatchSize patch;
  const char* placement;  // of the patch
  ShapeExamples (*make_examples)(const TrainingFaces& faces, const ExampleOptions& options);
};
// In the order of LandmarkModelKind.
constexpr KindTraits kTraits[] = {{"eyelid landmarks 22, eyes in a face box",
                                   "landmarks_22.safetensors",
                                   landmarks::kFacePatch,
                                   "1.5 face boxes wide, upright",
                                   make_eye_region_examples},
                                  {"eyelid landmarks 68",
                                   "landmarks_68.safetensors",
                                   landmarks::kFacePatch,
                                   "aligned on the eye centers",
                                   make_face_examples},
                                  {"eyelid landmarks 6, one eye",
                                   "landmarks_6.safetensors",
                                   landmarks::kOneEyePatch,
                                   "aligned on the eye's corners, left eyes mirrored",
                                   make_one_eye_examples}};
const KindTraits& traits_of(LandmarkModelKind kind) {
  return kTraits[static_cast<std::size_t>(kind)];
}

bool suits(const LabeledFace& face, LandmarkModelKind kind) {
  if (face.points) return true;
  const bool needs_face = kind == LandmarkModelKind::Face || kind == LandmarkModelKind::EyeRegion;
  return !needs_face && smaller_ear(face.eyes) < kHalfClosedEar &&
         distance(face.eyes.right[0], face.eyes.left[3]) >= kSmallestFace_px;
}

}  // namespace

std::string file_name_of(LandmarkModelKind kind) { return traits_of(kind).file; }

LandmarkModelSettings default_settings(LandmarkModelKind kind) {
  LandmarkModelSettings settings;
  ExampleOptions& examples = settings.examples;
  ShapeTrainingOptions& training = settings.training;
  examples.copies = 8;
  if (kind == LandmarkModelKind::EyeRegion || kind == LandmarkModelKind::Face) {
    examples.closed_factor = 4;
    examples.half_closed_factor = 2;
    // Of the eye region: enough to know closed eyes from brows.
    examples.rendered_copies = 1;
    training.depth = 3;
  } else {
    examples.degraded_share = 0.4;
    settings.rendered_share = 0.3;
    training.depth = 5;
    training.trees = 300;
    training.lid_gap_weight = 1.5f;
    training.lid_gaps = {{1, 5}, {2, 4}};
  }
  switch (kind) {
    case LandmarkModelKind::EyeRegion:
      // Nose, mouth and cheeks tell where the eyes are as well.
      training.padding = 0.25f;
      training.trees = 250;
      break;
    case LandmarkModelKind::Face:
      // More would pull the jaw to the rendered outline.
      settings.rendered_share = 1.0 / 7.0;
      training.trees = 400;
      break;
    case LandmarkModelKind::OneEye:
      // A face lit from one side has one eye that looks more shut than the other.
      examples.shadowed_share = 0.2;
      // With a fifth, sessions with glasses got worse (models/lid_finder.md).
      examples.shining_share = 0.08;
      break;
  }
  return settings;
}

std::string license_of(std::size_t photographs) {
  return photographs == 0 ? "MIT"
                          : "research only, as the photographs trained on; see models/README.md";
}

SceneSplit read_training_faces(const LandmarkTrainingOptions& options, const ReportLine& report) {
  std::vector<LabeledFace> faces;
  for (const std::string& name : options.datasets) {
    auto dataset = evaluation::read_landmark_dataset(name);
    report(fmt::format(
        "{}: {} faces, {} problems", name, dataset.faces.size(), dataset.problems.size()));
    for (const std::string& problem : dataset.problems) report("  skipped: " + problem);
    std::move(dataset.faces.begin(), dataset.faces.end(), std::back_inserter(faces));
  }
  return split_by_scene(std::move(faces), options.held_out_share, options.fold);
}

ShapeModelDescription train_landmark_model(LandmarkModelKind kind,
                                           const std::vector<LabeledFace>& faces,
                                           const LandmarkTrainingOptions& options,
                                           const LandmarkModelSettings& settings,
                                           const ReportLine& report) {
  const KindTraits& traits = traits_of(kind);
  const Stopwatch stopwatch;
  std::vector<LabeledFace> suitable;
  std::copy_if(faces.begin(), faces.end(), std::back_inserter(suitable), [&](const auto& face) {
    return suits(face, kind);
  });
  const auto people = static_cast<std::size_t>(
      std::llround(static_cast<double>(options.rendered_people) * settings.rendered_share));
  const std::size_t rendered = people * kPicturesOfPerson;
  const std::size_t photographs = suitable.size();
  TrainingFaces sources;
  sources.add(std::move(suitable));

  ExampleOptions example_options = settings.examples;
  example_options.seed = options.seed;
  ShapeTrainingOptions training_options = settings.training;
  training_options.seed = options.seed;
  training_options.threads = options.threads;

  tbb::task_arena arena(options.threads > 0 ? options.threads : tbb::task_arena::automatic);
  const ShapeExamples examples = arena.execute([&] {
    sources.add_rendered(
        people, kPicturesOfPerson, kFirstRenderedSeed + options.seed * kRenderedSeeds);
    return traits.make_examples(sources, example_options);
  });
  report(fmt::format("{}: {} photographed and {} rendered faces, {} patches, {:.0f} s",
                     traits.name,
                     photographs,
                     rendered,
                     examples.patches.size(),
                     stopwatch.seconds()));
  ShapeModelDescription model =
      train_shape_model(examples, training_options, [&](const ShapeTrainingProgress& progress) {
        report(
            fmt::format("  cascade {:2}/{}: {} samples, mean error {:.4f} patch widths, {:.0f} s",
                        progress.cascade,
                        progress.cascades,
                        progress.samples,
                        progress.mean_error,
                        progress.seconds));
      });
  model.metadata = {
      {"name", traits.name},
      {"version", kVersion},
      {"points", std::to_string(model.mean_shape.size())},
      {"training_data",
       photographs == 0
           ? fmt::format("{} rendered faces", rendered)
           : fmt::format("{} photographed faces (HELEN, AFW; WFLW closed eyes), {} rendered faces",
                         photographs,
                         rendered)},
      {"licence", license_of(photographs)},
      {"normalisation",
       fmt::format("gray patch {}x{}, {}; points over patch width, center of the first pixel at 0",
                   traits.patch.width,
                   traits.patch.height,
                   traits.placement)},
      {"seed", std::to_string(options.seed)}};
  return model;
}

namespace {

using ModelOfKind = std::map<LandmarkModelKind, ShapeModelDescription>;

landmarks::ShapeModel trained_or_embedded(const ModelOfKind& trained, LandmarkModelKind kind) {
  const auto found = trained.find(kind);
  if (found != trained.end()) return landmarks::ShapeModel(found->second);
  const std::string file = file_name_of(kind);
  return landmarks::ShapeModel(
      landmarks::load_shape_model(model_files::embedded_model(file), "embedded " + file));
}

void report_held_out(const ModelOfKind& trained,
                     std::vector<LabeledFace> held_out,
                     const detection::FaceDetector& detector,
                     const ReportLine& report) {
  evaluation::LandmarkDataset dataset;
  dataset.name = "held-out scenes";
  std::copy_if(held_out.begin(),
               held_out.end(),
               std::back_inserter(dataset.faces),
               [](const LabeledFace& face) { return face.points.has_value(); });
  if (dataset.faces.empty()) return;
  const auto models = std::make_shared<const landmarks::LandmarkModels>(landmarks::LandmarkModels{
      trained_or_embedded(trained, LandmarkModelKind::EyeRegion),
      trained_or_embedded(trained, LandmarkModelKind::Face),
      networks::pack_point_network(networks::embedded_point_network(networks::kEyeFinder)),
      networks::pack_point_network(networks::embedded_point_network(networks::kLidFinder)),
      trained_or_embedded(trained, LandmarkModelKind::OneEye)});
  const auto own_detector = detector.clone();
  const evaluation::LandmarkAccuracy accuracy =
      evaluation::evaluate_landmarks(dataset, own_detector.get(), models).accuracy;
  const auto figure = [](const evaluation::MeanFigure& f) {
    return fmt::format("{:.4f} +- {:.4f} (n {})", f.mean, f.half_interval.value_or(0.0), f.count);
  };
  report(fmt::format("held-out scenes: {} faces, {} missed, {} failed",
                     accuracy.faces,
                     accuracy.missed,
                     accuracy.failures));
  report("  NME, 12 points       " + figure(accuracy.nme));
  report("  EAR error, closed    " + figure(accuracy.ear_error_closed));
  report("  EAR error, half      " + figure(accuracy.ear_error_half_closed));
  report("  EAR error, open      " + figure(accuracy.ear_error_open));
  if (accuracy.closed_auc)
    report(fmt::format("  AUC open / closed    {:.4f}", *accuracy.closed_auc));
}

}  // namespace

void prepare_model_file(const std::filesystem::path& file) {
  files::create_folder(file.parent_path());
  files::check_output(file);
  files::check_output_folder(file);
}

void train_landmark_models(const LandmarkTrainingOptions& options,
                           const std::filesystem::path& folder,
                           const ReportLine& report) {
  for (const LandmarkModelKind kind : options.kinds)
    prepare_model_file(folder / file_name_of(kind));
  const SceneSplit split = read_training_faces(options, report);
  ModelOfKind trained;
  for (const LandmarkModelKind kind : options.kinds) {
    auto model =
        train_landmark_model(kind, split.training, options, default_settings(kind), report);
    const auto file = folder / file_name_of(kind);
    landmarks::save_shape_model(file, model);
    report(fmt::format("wrote {}", file.string()));
    trained.emplace(kind, std::move(model));
  }
  if (options.held_out_share > 0.0 && options.detector) {
    report_held_out(trained, split.held_out, *options.detector, report);
  }
}

}  // namespace eyelid::training
