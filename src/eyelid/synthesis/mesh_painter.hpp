// SPDX-License-Identifier: MIT
#pragma once

#include "eyelid/synthesis/canvas.hpp"
#include "eyelid/synthesis/space.hpp"
#include "eyelid/synthesis/surface_mesh.hpp"

namespace eyelid::synthesis {

/// Light of the room, fixed to the camera. Strengths are linear; 1 turns a white surface white.
struct Light {
  Vector3 direction{-0.4f, -0.5f, 0.77f};  // unit, from the scene toward the light source
  float key = 0.7f;
  float fill = 0.5f;  // from the whole sky, strongest from above
};

/// Light that leaves a white surface of this normal, and the mirrored part on top, both as picture
/// values (square roots).
struct Shade {
  float light;
  float shine;
};
Shade shade_of(const Light& light, Vector3 normal, float openness, float gloss);

/// Work memory of `draw_mesh`, kept from frame to frame.
struct MeshWorkspace {
  std::vector<Point> points;
  std::vector<float> light;
  std::vector<float> shine;
  std::vector<float> alpha;
};

/// Draws `mesh`, moved by `world_from_object` and seen by `camera`, over `canvas`. Outlines are
/// blended by how grazing the view is, which is anti-aliasing for rounded shapes.
void draw_mesh(const SurfaceMesh& mesh,
               const RigidMotion& world_from_object,
               const Camera& camera,
               const Light& light,
               MeshWorkspace& work,
               Canvas& canvas);

}  // namespace eyelid::synthesis
