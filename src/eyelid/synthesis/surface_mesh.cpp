// SPDX-License-Identifier: MIT
#include "eyelid/synthesis/surface_mesh.hpp"

#include <algorithm>
#include <cmath>

namespace eyelid::synthesis {

SurfaceMesh make_mesh(int columns, int rows, const std::function<Vector3(int, int)>& position) {
  SurfaceMesh mesh;
  mesh.columns = columns;
  mesh.rows = rows;
  const std::size_t count = static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows);
  mesh.positions.resize(count);
  for (int row = 0; row < rows; ++row) {
    for (int column = 0; column < columns; ++column) {
      mesh.positions[mesh.index(column, row)] = position(column, row);
    }
  }
  mesh.openness.assign(count, 1.0f);
  mesh.gloss.assign(count, 0.0f);
  mesh.softness.assign(count, 1.0f);
  // From below upwards and from the sides to the middle: the nose comes after the lip under it and
  // after the cheek beside it, the chin after the throat.
  for (int row = rows - 2; row >= 0; --row) {
    for (int step = 0; step < columns - 1; ++step) {
      const int half = step / 2;
      const int column = step % 2 == 0 ? half : columns - 2 - half;
      mesh.drawing_order.push_back(row * columns + column);
    }
  }
  update_normals(mesh);
  return mesh;
}

void update_normals(SurfaceMesh& mesh) {
  mesh.normals.resize(mesh.positions.size());
  for (int row = 0; row < mesh.rows; ++row) {
    for (int column = 0; column < mesh.columns; ++column) {
      const auto at = [&](int c, int r) {
        return mesh.positions[mesh.index(std::clamp(c, 0, mesh.columns - 1),
                                         std::clamp(r, 0, mesh.rows - 1))];
      };
      const Vector3 along = at(column + 1, row) - at(column - 1, row);
      const Vector3 down = at(column, row + 1) - at(column, row - 1);
      mesh.normals[mesh.index(column, row)] = unit(cross(along, down));
    }
  }
}

void bake_openness(SurfaceMesh& mesh, float reach_mm) {
  constexpr int kDirections[8][2] = {
      {1, 0}, {1, 1}, {0, 1}, {-1, 1}, {-1, 0}, {-1, -1}, {0, -1}, {1, -1}};
  constexpr int kSteps[] = {1, 2, 4, 7, 11, 16, 22};
  for (int row = 0; row < mesh.rows; ++row) {
    for (int column = 0; column < mesh.columns; ++column) {
      const std::size_t here = mesh.index(column, row);
      float hidden = 0.0f;
      for (const auto& direction : kDirections) {
        float horizon = 0.0f;
        for (const int step : kSteps) {
          const int c = column + direction[0] * step;
          const int r = row + direction[1] * step;
          if (c < 0 || r < 0 || c >= mesh.columns || r >= mesh.rows) break;
          const Vector3 way = mesh.positions[mesh.index(c, r)] - mesh.positions[here];
          const float length = std::sqrt(dot(way, way));
          if (length > reach_mm) break;
          const float sine = dot(way, mesh.normals[here]) / std::max(length, 0.01f);
          horizon = std::max(horizon, sine * (1.0f - length / reach_mm));
        }
        hidden += horizon;
      }
      mesh.openness[here] = std::clamp(1.0f - 1.25f * hidden / 8.0f, 0.15f, 1.0f);
    }
  }
}

void paint(SurfaceMesh& mesh, const std::function<float(const TexelPlace&)>& albedo) {
  constexpr int kScale = SurfaceMesh::kTexelsPerCell;
  Texture& texture = mesh.texture;
  texture.columns = (mesh.columns - 1) * kScale + 1;
  texture.rows = (mesh.rows - 1) * kScale + 1;
  texture.texels.resize(static_cast<std::size_t>(texture.columns) *
                        static_cast<std::size_t>(texture.rows));
  std::size_t next = 0;
  for (int y = 0; y < texture.rows; ++y) {
    const int row = std::min(y / kScale, mesh.rows - 2);
    const float fy = static_cast<float>(y - row * kScale) / kScale;
    for (int x = 0; x < texture.columns; ++x) {
      const int column = std::min(x / kScale, mesh.columns - 2);
      const float fx = static_cast<float>(x - column * kScale) / kScale;
      const Vector3* top = &mesh.positions[mesh.index(column, row)];
      const Vector3* bottom = top + mesh.columns;
      const Vector3 upper = top[0] * (1.0f - fx) + top[1] * fx;
      const Vector3 lower = bottom[0] * (1.0f - fx) + bottom[1] * fx;
      const TexelPlace place{static_cast<float>(column) + fx,
                             static_cast<float>(row) + fy,
                             upper * (1.0f - fy) + lower * fy};
      texture.texels[next++] = std::sqrt(std::max(albedo(place), 0.0f));
    }
  }
}

}  // namespace eyelid::synthesis
