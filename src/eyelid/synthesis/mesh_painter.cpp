// SPDX-License-Identifier: MIT
#include "eyelid/synthesis/mesh_painter.hpp"

namespace eyelid::synthesis {
namespace {

// A pixel inside the outline of a sphere of 100 px radius is seen at cosine sqrt(2/100): there the
// surface counts as fully covering.
constexpr float kOutlineCosine = 0.13f;

void shade_points(const SurfaceMesh& mesh,
                  const RigidMotion& world_from_object,
                  const Camera& camera,
                  const Light& light,
                  MeshWorkspace& work) {
  const std::size_t count = mesh.positions.size();
  work.points.resize(count);
  work.light.resize(count);
  work.shine.resize(count);
  work.alpha.resize(count);
  const Vector3 eye{0.0f, 0.0f, camera.distance_mm};
  for (std::size_t i = 0; i < count; ++i) {
    const Vector3 world = world_from_object(mesh.positions[i]);
    const Vector3 normal = world_from_object.turn(mesh.normals[i]);
    work.points[i] = camera(world);
    const float facing = dot(normal, unit(eye - world));
    work.alpha[i] = mix(1.0f, std::clamp(facing / kOutlineCosine, 0.0f, 1.0f), mesh.softness[i]);
    const Shade shade = shade_of(light, normal, mesh.openness[i], mesh.gloss[i]);
    work.light[i] = shade.light;
    work.shine[i] = shade.shine;
  }
}

}  // namespace

Shade shade_of(const Light& light, Vector3 normal, float openness, float gloss) {
  // Skin scatters light past the shadow line: the cosine is wrapped by a sixth.
  const float wrapped = std::max(0.0f, (dot(normal, light.direction) + 0.18f) / 1.18f);
  const float shadow = smooth_step(0.05f, 0.70f, openness);
  const float sky = 0.62f - 0.38f * normal.y;
  const float diffuse = light.key * wrapped * shadow + light.fill * sky * openness;
  const Vector3 half = unit(light.direction + Vector3{0.0f, 0.0f, 1.0f});
  const float cosine = std::max(0.0f, dot(normal, half));
  const float c4 = cosine * cosine * cosine * cosine;
  const float c16 = c4 * c4 * c4 * c4;
  return {std::sqrt(diffuse), gloss * light.key * c16 * shadow};
}

void draw_mesh(const SurfaceMesh& mesh,
               const RigidMotion& world_from_object,
               const Camera& camera,
               const Light& light,
               MeshWorkspace& work,
               Canvas& canvas) {
  shade_points(mesh, world_from_object, camera, light, work);
  const PixelBox clip{0, 0, canvas.width, canvas.height};
  constexpr float kScale = SurfaceMesh::kTexelsPerCell;
  const auto draw = [&](std::size_t a, std::size_t b, std::size_t c, Point ta, Point tb, Point tc) {
    fill_triangle(work.points[a],
                  work.points[b],
                  work.points[c],
                  clip,
                  [&](int x, int y, float wa, float wb, float wc) {
                    const float column = wa * ta.x + wb * tb.x + wc * tc.x;
                    const float row = wa * ta.y + wb * tb.y + wc * tc.y;
                    const float tone = mesh.texture.sample(column * kScale, row * kScale);
                    const float value =
                        tone * (wa * work.light[a] + wb * work.light[b] + wc * work.light[c]) +
                        wa * work.shine[a] + wb * work.shine[b] + wc * work.shine[c];
                    const float alpha =
                        wa * work.alpha[a] + wb * work.alpha[b] + wc * work.alpha[c];
                    float& target = canvas.row(y)[x];
                    target += alpha * (value - target);
                  });
  };
  for (const int cell : mesh.drawing_order) {
    const auto top = static_cast<std::size_t>(cell);
    const std::size_t bottom = top + static_cast<std::size_t>(mesh.columns);
    const int column_index = cell % mesh.columns, row_index = cell / mesh.columns;
    const auto column = static_cast<float>(column_index), row = static_cast<float>(row_index);
    const Point t00{column, row}, t10{column + 1, row}, t01{column, row + 1};
    draw(top, top + 1, bottom, t00, t10, t01);
    draw(top + 1, bottom + 1, bottom, t10, {column + 1, row + 1}, t01);
  }
}

}  // namespace eyelid::synthesis
