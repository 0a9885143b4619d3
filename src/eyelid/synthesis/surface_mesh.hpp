// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <vector>

#include "eyelid/synthesis/space.hpp"

namespace eyelid::synthesis {

/// Reflected light as the picture shows it: the square root of the albedo, since the simulated
/// camera has a gamma of 2. So albedo and light multiply in picture values as well.
struct Texture {
  int columns = 0;
  int rows = 0;
  std::vector<float> texels;  // (rows, columns)

  /// Between the four texels around; clamped to the texture.
  float sample(float column, float row) const {
    const float x = std::clamp(column, 0.0f, static_cast<float>(columns - 1) - 0.001f);
    const float y = std::clamp(row, 0.0f, static_cast<float>(rows - 1) - 0.001f);
    const int x0 = static_cast<int>(x);
    const int y0 = static_cast<int>(y);
    const float fx = x - static_cast<float>(x0);
    const float fy = y - static_cast<float>(y0);
    const float* top = texels.data() + static_cast<std::ptrdiff_t>(y0) * columns + x0;
    const float* bottom = top + columns;
    const float upper = top[0] + fx * (top[1] - top[0]);
    const float lower = bottom[0] + fx * (bottom[1] - bottom[0]);
    return upper + fy * (lower - upper);
  }
};

/// A bent sheet of columns x rows points with a texture, `kTexelsPerCell` texels to a cell's side.
struct SurfaceMesh {
  static constexpr int kTexelsPerCell = 3;

  int columns = 0;
  int rows = 0;
  std::vector<Vector3> positions;  // (rows, columns), in the space of the object
  std::vector<Vector3> normals;    // unit, outwards
  std::vector<float> openness;     // share of the sky each point sees, 0 .. 1
  std::vector<float> gloss;        // strength of the mirrored light
  std::vector<float> softness;     // 1 where a grazing view means an outline, 0 inside the face
  Texture texture;
  std::vector<int> drawing_order;  // cells, those that may hide others last

  std::size_t index(int column, int row) const {
    return static_cast<std::size_t>(row) * static_cast<std::size_t>(columns) +
           static_cast<std::size_t>(column);
  }
};

/// What a texel is painted from: its place on the sheet (in cells) and in space.
struct TexelPlace {
  float column;
  float row;
  Vector3 position;
};

SurfaceMesh make_mesh(int columns, int rows, const std::function<Vector3(int, int)>& position);
/// Normals from neighboring points; call again after moving points.
void update_normals(SurfaceMesh& mesh);
/// Openness from the horizon that neighboring points raise over each point's tangent plane.
void bake_openness(SurfaceMesh& mesh, float reach_mm);
/// `albedo` 0 .. 1 at every texel.
void paint(SurfaceMesh& mesh, const std::function<float(const TexelPlace&)>& albedo);

}  // namespace eyelid::synthesis
