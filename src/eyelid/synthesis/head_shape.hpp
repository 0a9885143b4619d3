// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "eyelid/synthesis/person.hpp"
#include "eyelid/synthesis/space.hpp"

namespace eyelid::synthesis {

/// A smooth curve through knots (monotone cubic of Fritsch & Carlson 1980: it never overshoots).
class Curve {
 public:
  struct Knot {
    float at;
    float value;
  };
  explicit Curve(std::vector<Knot> knots);
  float operator()(float at) const;

 private:
  std::vector<Knot> knots_;
  std::vector<float> slopes_;
};

/// The skin of a head as level curves: at height y a superellipse of half width(y) between the
/// front profile and the back, with the face raised on it as a height field over (x, y).
class HeadShape {
 public:
  static constexpr float kTop = -116.0f;

  explicit HeadShape(const Person& person);

  float bottom() const { return bottom_; }
  /// Point of the level curve at height y; `angle` 0 is the front, +-pi/2 the sides.
  Vector3 at_angle(float y, float angle) const;
  /// Point of the face at (x, y) seen from the front; |x| below the half width there.
  Vector3 at_front(float x, float y) const;
  float half_width(float y) const;
  /// y of the brow's middle line at distance |x| from the midline.
  float brow_line(float x) const;
  /// Line between the lips, and edges of upper and lower lip.
  float mouth_line(float x) const;
  float upper_lip_edge(float x) const;
  float lower_lip_edge(float x) const;
  float mouth_half_width() const { return person_.mouth_width; }
  float nose_base_y() const { return 45.0f * person_.nose_length; }
  float mouth_y() const { return mouth_y_; }
  float chin_y() const { return chin_y_; }

 private:
  float relief(float x, float y) const;
  float nose_relief(float x, float y) const;
  float mouth_relief(float x, float y) const;
  float end_cap(float y) const;
  float section(float ratio, float y) const;

  Person person_;
  float bottom_;
  float mouth_y_;
  float chin_y_;
  Curve front_;
  Curve side_z_;
  Curve width_;
  Curve nose_;
};

}  // namespace eyelid::synthesis
