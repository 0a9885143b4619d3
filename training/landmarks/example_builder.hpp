// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "training/landmarks/shape_trainer.hpp"
#include "training/landmarks/training_faces.hpp"

namespace eyelid::training {

/// How many examples to cut from a face, and from which stream of random numbers.
struct ExampleOptions {
  /// Patches per face, every second one of the mirrored face (22 and 68 points). Eyes that are
  /// closed or half closed are rare in photographs and come more often by these factors.
  std::size_t copies = 4;
  std::size_t closed_factor = 5;
  std::size_t half_closed_factor = 3;
  /// Patches of a rendered face: any closure is there often enough.
  std::size_t rendered_copies = 2;
  /// Share of the patches that get drawn glasses (draw_glasses.hpp), photographed or rendered.
  double glasses_share = 0.35;
  /// Share of the patches that a shadow's edge crosses (degrade.hpp).
  double shadowed_share = 0.0;
  /// Share of the patches of one eye with a bright upper lid (degrade.hpp).
  double shining_share = 0.0;
  /// Share of the patches made worse (degrade.hpp).
  double degraded_share = 0.5;
  std::uint64_t seed = 1;
};

/// Examples of the three models as tracking meets them: patches are placed by the functions of
/// landmarks/patch.hpp from starts that err as detectors and earlier stages do. Some of the patches
/// are made worse (degrade.hpp).
///
/// Faces are worked on in parallel; same options, same examples. Throws InputError when a picture
/// cannot be read.

/// Brows and lids (22 points), on upright patches from a face box, which errs like those of the HOG
/// detector and of BlazeFace (1,129 and 1,207 training faces compared with their points), in a face
/// that is rolled besides.
ShapeExamples make_eye_region_examples(const TrainingFaces& faces, const ExampleOptions& options);

/// 68 points, on patches aligned on eye centers that err like those of measured lids.
ShapeExamples make_face_examples(const TrainingFaces& faces, const ExampleOptions& options);

/// 6 points of right eyes and mirrored left eyes, on patches aligned on corners that err like those
/// of the stage before.
ShapeExamples make_one_eye_examples(const TrainingFaces& faces, const ExampleOptions& options);

}  // namespace eyelid::training
