// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "eyelid/core/face.hpp"
#include "eyelid/synthesis/eye_shape.hpp"
#include "eyelid/synthesis/head_shape.hpp"
#include "eyelid/synthesis/surface_mesh.hpp"

namespace eyelid::synthesis {

/// Everything of one person that does not move within the head, ready to be drawn.
///
/// Threads: read-only once constructed.
class HeadModel {
 public:
  explicit HeadModel(const Person& person);

  const Person& person() const { return person_; }
  const HeadShape& shape() const { return shape_; }
  const EyeShape& eye(Eye side) const { return side == Eye::Right ? right_eye_ : left_eye_; }

  /// Skin, brows, nose, mouth and hair; ears; neck and shoulders; loose hair behind (or empty).
  const SurfaceMesh& face() const { return face_; }
  const std::vector<SurfaceMesh>& ears() const { return ears_; }
  const SurfaceMesh& torso() const { return torso_; }
  const SurfaceMesh& loose_hair() const { return loose_hair_; }

  /// Places of the 68 iBUG points in head space. The lid points (36..47) are those of open eyes;
  /// the jaw points 0..16 follow the outline seen from the front.
  const std::array<Vector3, 68>& points() const { return points_; }
  /// BlazeFace's six keypoints in head space.
  std::array<Vector3, 6> keypoints() const;

 private:
  void build_face();
  void build_ears();
  void build_torso();
  void build_loose_hair();
  void place_points();
  void place_outline();
  void place_brows_and_nose();
  void place_mouth();
  void place_lids(const EyeShape& shape, Eye side);

  Person person_;
  HeadShape shape_;
  EyeShape right_eye_;
  EyeShape left_eye_;
  SurfaceMesh face_;
  std::vector<SurfaceMesh> ears_;
  SurfaceMesh torso_;
  SurfaceMesh loose_hair_;
  std::array<Vector3, 68> points_{};
};

}  // namespace eyelid::synthesis
