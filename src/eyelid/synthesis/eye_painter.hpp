// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <vector>

#include "eyelid/core/face.hpp"
#include "eyelid/synthesis/canvas.hpp"
#include "eyelid/synthesis/head_model.hpp"
#include "eyelid/synthesis/mesh_painter.hpp"

namespace eyelid::synthesis {

/// What one eye does at one moment.
struct EyeState {
  float closure = 0.0f;  // 0 open .. 1 closed
  // Where the eye looks, relative to the head; positive: to the right of the picture, down.
  float gaze_right_deg = 0.0f;
  float gaze_down_deg = 0.0f;
};

/// Draws the fissure, lids, lashes and eyeball of one eye over skin that is already there, and
/// says where the lid margins it draws lie in the picture.
///
/// Each pixel is the mean of 3 x 3 samples, placed on the lids through the same projected points as
/// the truth.
///
/// Threads: read-only once constructed; work memory is passed in.
class EyePainter {
 public:
  EyePainter(const HeadModel& model, Eye eye);

  struct Workspace {
    std::vector<Point> points;
    std::vector<float> skin;   // (3 h, 3 w): factor on the skin below
    std::vector<float> added;  // (3 h, 3 w): light of the eyeball
    struct Column {
      float upper, lower, crease, lash;
    };
    std::vector<Column> columns;
  };

  void draw(const EyeState& state,
            const RigidMotion& world_from_head,
            const Camera& camera,
            const Light& light,
            Workspace& work,
            Canvas& canvas) const;

  /// EyeShape::contour() as the camera sees it.
  EyePoints contour(const EyeState& state,
                    const RigidMotion& world_from_head,
                    const Camera& camera) const;

  /// Place in head space of a point on the lids, given in the eye's own plane.
  Vector3 head_from_eye(Point eye) const;
  const EyeShape& shape() const { return shape_; }

 private:
  struct Ball;
  struct Sample {
    float skin;
    float added;
  };
  Ball make_ball(const EyeState& state,
                 const RigidMotion& world_from_head,
                 const Camera& camera,
                 const Light& light) const;
  Sample sample(Point eye, const Workspace::Column& lids, float closure, const Ball& ball) const;
  float ball_value(Point eye, const Workspace::Column& lids, const Ball& ball) const;
  float lid_factor(Point eye, const Workspace::Column& lids, float closure) const;
  void trace_lids(const EyeState& state, std::vector<Workspace::Column>& columns) const;
  static Workspace::Column lids_at(float u, const std::vector<Workspace::Column>& columns);
  /// Projects the grid into `work.points` and returns the pixels it may touch.
  PixelBox project_grid(const RigidMotion& world_from_head,
                        const Camera& camera,
                        Workspace& work) const;
  void fill_samples(const PixelBox& box, float closure, const Ball& ball, Workspace& work) const;

  const HeadModel* model_;
  Person person_;
  EyeShape shape_;
  std::vector<Vector3> grid_;        // (kGridRows, kGridColumns), head space
  std::vector<float> lash_pattern_;  // over u
};

}  // namespace eyelid::synthesis
