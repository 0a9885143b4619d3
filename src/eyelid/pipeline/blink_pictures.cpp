// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/blink_pictures.hpp"

#include <algorithm>

namespace eyelid::pipeline {
namespace {

constexpr std::int64_t kFramesBeforeOnset = 2;

}  // namespace

BlinkPictures::BlinkPictures(std::span<const Blink> blinks, PointSpool& points)
    : blinks_(blinks), points_(points), sets_(blinks.size()) {
  for (std::size_t i = 0; i < blinks.size(); ++i) {
    // The onset frame has begun to close already; at 25 frames/s it may be half closed.
    wants_.push_back(
        {std::max<std::int64_t>(0, blinks[i].onset_frame - kFramesBeforeOnset), i, kBefore});
    wants_.push_back({blinks[i].peak_frame, i, kPeak});
    wants_.push_back({blinks[i].offset_frame, i, kAfter});
  }
  std::ranges::stable_sort(wants_, {}, &PictureRequest::frame);
}

bool BlinkPictures::wants(std::int64_t frame) const {
  return next_want_ < wants_.size() && wants_[next_want_].frame == frame;
}

std::optional<BlinkPictures::Place> BlinkPictures::place_of(
    const Blink& blink, const std::optional<EyeLandmarks>& eyes) const {
  for (const std::int64_t frame : {blink.onset_frame, blink.peak_frame, blink.offset_frame}) {
    const std::optional<EyeLandmarks> scale = points_.read(frame);
    if (!scale) continue;
    const EyePoints& scale_lid = (*scale)[blink.eye];
    const EyePoints& lid = eyes ? (*eyes)[blink.eye] : scale_lid;
    return Place{(lid[0] + lid[3]) * 0.5f, distance(scale_lid[0], scale_lid[3])};
  }
  return std::nullopt;
}

void BlinkPictures::add(std::int64_t frame,
                        double time_s,
                        const PerEye<float>& fec,
                        const FrameView& image) {
  for (; wants(frame); ++next_want_) {
    const PictureRequest& want = wants_[next_want_];
    const Blink& blink = blinks_[want.blink];
    const std::optional<EyeLandmarks> eyes = points_.read(frame);
    const std::optional<Place> place = place_of(blink, eyes);
    if (!place) continue;
    Picture picture{
        films::cut_eye(
            image, eyes.value_or(EyeLandmarks{})[blink.eye], place->center, place->eye_width_px),
        frame,
        time_s,
        fec[blink.eye]};
    // Over a short gap there are no points to draw.
    if (!eyes) picture.crop.lids.clear();
    sets_[want.blink].pictures[want.moment] = std::move(picture);
  }
}

reports::BlinkPictures BlinkPictures::views_of(const Set& set) const {
  const auto view = [](const std::optional<Picture>& picture) {
    std::optional<reports::ReportPicture> result;
    if (picture) {
      result = reports::ReportPicture{
          picture->crop.image, picture->crop.lids, picture->frame, picture->time_s, picture->fec};
    }
    return result;
  };
  return {view(set.pictures[kBefore]), view(set.pictures[kPeak]), view(set.pictures[kAfter])};
}

}  // namespace eyelid::pipeline
