// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "eyelid/core/blink.hpp"
#include "eyelid/films/eye_crop.hpp"
#include "eyelid/pipeline/point_spool.hpp"
#include "eyelid/reports/report_builder.hpp"

namespace eyelid::pipeline {

/// Cuts the three pictures of every blink (onset, peak, offset) while the recording is read once
/// more.
///
/// Memory: pictures live from the frame of the onset until `take()` after the offset.
class BlinkPictures {
 public:
  /// `blinks` must outlive this object.
  BlinkPictures(std::span<const Blink> blinks, PointSpool& points);

  /// Whether any picture comes from this frame.
  bool wants(std::int64_t frame) const;
  /// Cuts what is wanted from `image`. Frames must come in order.
  void add(std::int64_t frame, double time_s, const PerEye<float>& fec, const FrameView& image);

  /// Calls `use(blink, pictures)` for each blink that is complete at `frame`, and drops its
  /// pictures.
  template <class Use>
  void take_complete(std::int64_t frame, Use&& use);

 private:
  enum Moment : std::size_t { kBefore, kPeak, kAfter };
  struct PictureRequest {
    std::int64_t frame;
    std::size_t blink;
    Moment moment;
  };
  struct Picture {
    films::EyeCrop crop;
    std::int64_t frame;
    double time_s;
    float fec;
  };
  struct Set {
    std::array<std::optional<Picture>, 3> pictures;
  };
  /// Where a picture is cut: all three of a blink at one scale, each where the eye is in its frame
  /// (heads move), or was in another of the three where it has no points.
  struct Place {
    Point center;
    float eye_width_px;
  };
  std::optional<Place> place_of(const Blink& blink, const std::optional<EyeLandmarks>& eyes) const;
  reports::BlinkPictures views_of(const Set& set) const;

  std::span<const Blink> blinks_;
  PointSpool& points_;
  std::vector<PictureRequest> wants_;  // by frame
  std::size_t next_want_ = 0;
  std::vector<Set> sets_;
  std::size_t first_open_ = 0;  // blinks before are all taken
};

template <class Use>
void BlinkPictures::take_complete(std::int64_t frame, Use&& use) {
  // Blinks are in order of onset; one that lasts long holds back those that begin within it.
  while (first_open_ < blinks_.size() && blinks_[first_open_].offset_frame <= frame) {
    Set& set = sets_[first_open_];
    use(blinks_[first_open_], views_of(set));
    set = Set{};
    ++first_open_;
  }
}

}  // namespace eyelid::pipeline
