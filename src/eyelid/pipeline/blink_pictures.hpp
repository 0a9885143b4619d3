// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>

#include "eyelid/core/blink.hpp"
#include "eyelid/films/eye_crop.hpp"
#include "eyelid/pipeline/point_spool.hpp"
#include "eyelid/reports/report_builder.hpp"

namespace eyelid::pipeline {

/// Of the three pictures of a blink: before it, at its peak, after it, in order.
std::array<std::int64_t, 3> frames_of_pictures(const Blink& blink);

/// Cuts the three pictures of every blink (onset, peak, offset) while the recording is read once
/// more.
///
/// Memory: pictures of a blink live from the frame of its onset until `take_complete()` after its
/// offset; blinks before and after cost none.
class BlinkPictures {
 public:
  /// Both must outlive this object; `blinks` in order of onset.
  BlinkPictures(BlinkSpool& blinks, PointSpool& points);

  /// Cuts what is wanted from `image`. Frames must come in order, from 0, none left out.
  void add(std::int64_t frame, double time_s, const PerEye<float>& fec, const FrameView& image);

  /// Calls `use(blink, pictures)` for each blink that is complete at `frame`, in order of onset:
  /// one that lasts long holds back those that begin within it.
  void take_complete(std::int64_t frame,
                     const std::function<void(const Blink&, const reports::BlinkPictures&)>& use);

 private:
  struct Picture {
    films::EyeCrop crop;
    std::int64_t frame;
    double time_s;
    float fec;
  };
  /// A blink whose first picture is due.
  struct Open {
    Blink blink;
    std::array<std::optional<Picture>, 3> pictures;  // before, at the peak, after
  };
  /// Where a picture is cut: all three of a blink at one scale, each where the eye is in its frame
  /// (heads move), or was in another of the three where it has no points.
  struct Place {
    Point center;
    float eye_width_px;
  };
  void advance();
  std::optional<Place> place_of(const Blink& blink, const std::optional<EyeLandmarks>& eyes) const;
  static reports::BlinkPictures views_of(const Open& open);

  BlinkSpool& blinks_;
  PointSpool& points_;
  std::optional<Blink> next_;  // the first that is not open yet
  std::deque<Open> open_;      // in order of onset
};

}  // namespace eyelid::pipeline
