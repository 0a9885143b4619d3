// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include "eyelid/synthesis/canvas.hpp"
#include "eyelid/synthesis/head_model.hpp"
#include "eyelid/synthesis/mesh_painter.hpp"

namespace eyelid::synthesis {

/// A pair of glasses on one head: rims, bridge, temples, and a reflection on each lens that wanders
/// as the head turns. Draws over a finished face.
class Glasses {
 public:
  Glasses(const HeadModel& model, std::uint64_t seed);

  struct Workspace {
    std::vector<float> cover;
  };
  void draw(const RigidMotion& world_from_head,
            const Camera& camera,
            const Light& light,
            Workspace& work,
            Canvas& canvas) const;

 private:
  void draw_lens(float side,
                 const RigidMotion& world_from_head,
                 const Camera& camera,
                 const Light& light,
                 Canvas& canvas) const;
  Vector3 on_lens(float side, float x, float y) const;

  float half_distance_;
  float half_width_;
  float half_height_;
  float roundness_;  // exponent of the rim's superellipse
  float thickness_;  // of the rims, mm
  float tone_;
  float reflection_;  // strength on the lenses
  float band_;        // place of the reflection, mm
  float z_;
  struct Line {
    float side;  // -1 or 1 for a temple, which the head hides when that side turns away; else 0
    std::vector<Vector3> places;  // head space
  };
  std::vector<Line> lines_;
};

}  // namespace eyelid::synthesis
