// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>

#include "eyelid/synthesis/random.hpp"
#include "training/detector/data/canvas.hpp"
#include "training/detector/data/degrade_gray.hpp"
#include "training/detector/data/scene_library.hpp"
#include "training/detector/training_sample.hpp"

namespace eyelid::training {

struct SamplerOptions {
  std::uint64_t seed = 1;
  double teacher_share = 1.0;  // of the samples that carry the teacher's outputs
  float min_face_px = 9.5f;
  float max_face_px = 118.0f;
  float min_label_px = 8.5f;   // smaller faces are ignored
  float min_visible = 0.6f;    // share of a face's box; less is ignored
  double mosaics = 0.35;       // pictures of 2 or 4 cells
  double letterboxes = 0.55;   // pictures with bars, most of them those of a 4:3 camera
  double without_face = 0.06;  // cells aimed at no face
  double pasted = 0.15;        // pictures with one more face on it
  double backdrops = 0.6;      // of the cells a picture does not fill: on another scene
  double glasses = 0.12;       // of the faces large enough to wear them
  double hidden = 0.15;        // pictures with a part of a face hidden
  bool is_degraded = true;
};

/// The samples the detector learns from, made of scenes in memory (recipe: README.md).
///
/// Labels follow every move of the picture. The teacher sees the same composition in its colors,
/// before anything is made worse.
class SceneSampler final : public SampleSource {
 public:
  /// `teacher` may be null. The library must have at least one group with faces.
  SceneSampler(std::shared_ptr<const SceneLibrary> library,
               std::shared_ptr<const Teacher> teacher,
               const SamplerOptions& options = {});

  void make(std::uint64_t index, TrainingSample& sample) const override;

  /// The same with the color canvas kept: what the teacher saw.
  void make(std::uint64_t index, TrainingSample& sample, ColorCanvas& canvas) const;

 private:
  struct Composition;
  /// A face to be shown, and where.
  struct Aim {
    const TrainingScene* source = nullptr;
    const KnownFace* face = nullptr;
    Placement canvas_from_picture;
    float size = 0.0f;  // of its box on the canvas
    float roll_rad = 0.0f;
  };
  void compose(synthesis::Random& random, Composition& scene) const;
  void fill_cell(synthesis::Random& random,
                 const CanvasArea& area,
                 bool has_cells,
                 Composition& scene) const;
  void draw_backdrop(synthesis::Random& random, const CanvasArea& area, Composition& scene) const;
  void lay_on(const Aim& aim, const CanvasArea& area, Composition& scene) const;
  void paste_face(synthesis::Random& random,
                  const Aim& aim,
                  const CanvasArea& area,
                  Composition& scene) const;
  Aim choose_aim(synthesis::Random& random) const;
  void add_scene_faces(const TrainingScene& source,
                       const Placement& canvas_from_picture,
                       const CanvasArea& area,
                       Composition& scene) const;
  const SceneGroup& choose_group(synthesis::Random& random) const;

  std::shared_ptr<const SceneLibrary> library_;
  std::shared_ptr<const Teacher> teacher_;
  SamplerOptions options_;
  std::vector<std::size_t> backdrops_;  // groups
  double total_weight_ = 0.0;
};

}  // namespace eyelid::training
