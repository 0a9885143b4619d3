// SPDX-License-Identifier: MIT
#pragma once

#include "eyelid/core/image.hpp"

namespace eyelid::frames {

/// An edge of the picture that may cut a face at the nose.
enum class SideEdge { Left, Right };
constexpr const char* name_of(SideEdge edge) { return edge == SideEdge::Left ? "left" : "right"; }

/// A picture continued beyond one side by its mirror image: half a face at that edge becomes a
/// whole one, which detectors and landmark models know.
///
/// Threads: one per thread. Allocates only when the size of the frame changes.
class MirroredPicture {
 public:
  /// The frame and, beyond `edge`, columns_beyond() of its columns in reverse order, the edge's own
  /// first; valid until the next call. The frame must not be empty.
  FrameView extend(const FrameView& frame, SideEdge edge);

  /// Where column 0 of a frame of this size lies in its mirrored picture.
  static int first_column(const FrameView& frame, SideEdge edge) {
    return edge == SideEdge::Left ? columns_beyond(frame) : 0;
  }
  /// Half of a face is no wider than half of its height, which the picture bounds; more would only
  /// make faces smaller for the detector.
  static int columns_beyond(const FrameView& frame);

 private:
  GrayImage picture_;
};

}  // namespace eyelid::frames
