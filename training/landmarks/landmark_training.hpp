// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "eyelid/detection/face_detector.hpp"
#include "eyelid/landmarks/shape_model_description.hpp"
#include "training/landmarks/example_builder.hpp"
#include "training/landmarks/shape_trainer.hpp"
#include "training/landmarks/training_faces.hpp"

/// Trains the ensembles of landmarks::LandmarkModels. `eyelid train landmarks` is a
/// thin cover of this door.
namespace eyelid::training {

/// The three ensembles, see landmarks/landmark_models.hpp.
enum class LandmarkModelKind { EyeRegion, Face, OneEye };

/// Its file in models/: "landmarks_22.safetensors", "landmarks_68...", "landmarks_6..."
std::string file_name_of(LandmarkModelKind kind);

/// Settings of one of them.
struct LandmarkModelSettings {
  ExampleOptions examples;
  ShapeTrainingOptions training;
  double rendered_share = 1.0;  // of LandmarkTrainingOptions::rendered_people
};
/// What the models in models/ were trained with.
LandmarkModelSettings default_settings(LandmarkModelKind kind);

struct LandmarkTrainingOptions {
  /// FORMAT:PATH of evaluation/landmark_datasets.hpp. Of sets without 68 points only faces with an
  /// eye at EAR < 0.2 take part, and only in the eye models. None: rendered people alone.
  std::vector<std::string> datasets;
  std::vector<LandmarkModelKind> kinds = {
      LandmarkModelKind::EyeRegion, LandmarkModelKind::Face, LandmarkModelKind::OneEye};
  /// Synthetic persons added, six pictures of each; a model may take a share of them only.
  std::size_t rendered_people = 700;
  /// Finds the faces of held-out scenes; with none nothing is measured on them.
  std::shared_ptr<const detection::FaceDetector> detector;
  /// Share of the scenes not trained on, to measure on: 0 for a model to be used. They are the
  /// fold-th such share of all scenes: with 0.25 there are folds 0 .. 3.
  double held_out_share = 0.0;
  int fold = 0;
  std::uint64_t seed = 1;
  int threads = 0;  // 0 = all processors allowed
};

/// Of a model that learned from so many photographs: rendered people are our own.
std::string license_of(std::size_t photographs);

/// Before hours of work: makes the folder of a model to be written, and refuses what cannot be
/// written or would replace something else. Throws InputError.
void prepare_model_file(const std::filesystem::path& file);

/// Receives progress: a line of text, without line end.
using ReportLine = std::function<void(const std::string&)>;

/// The faces of the datasets, divided. Damaged annotations are reported and skipped.
SceneSplit read_training_faces(const LandmarkTrainingOptions& options, const ReportLine& report);

/// Trains one ensemble, with metadata. Same options, same bytes, for any number of threads.
/// Throws InputError when pictures cannot be read or no face suits.
landmarks::ShapeModelDescription train_landmark_model(
    LandmarkModelKind kind,
    const std::vector<evaluation::LabeledFace>& faces,
    const LandmarkTrainingOptions& options,
    const LandmarkModelSettings& settings,
    const ReportLine& report);

/// Reads, trains all of options.kinds and writes them to `folder`, each when it is ready, beside
/// and renamed. With held-out scenes and a detector, reports the accuracy of the whole chain on
/// those of them that have 68 points; kinds not trained are then the embedded ones, which have seen
/// these faces. Throws InputError.
void train_landmark_models(const LandmarkTrainingOptions& options,
                           const std::filesystem::path& folder,
                           const ReportLine& report);

}  // namespace eyelid::training
