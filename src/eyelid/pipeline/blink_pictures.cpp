// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/blink_pictures.hpp"

#include <algorithm>

namespace eyelid::pipeline {
namespace {

constexpr std::int64_t kFramesBeforeOnset = 2;

}  // namespace

std::array<std::int64_t, 3> frames_of_pictures(const Blink& blink) {
  // The onset frame has begun to close already; at 25 frames/s it may be half closed.
  return {std::max<std::int64_t>(0, blink.onset_frame - kFramesBeforeOnset),
          blink.peak_frame,
          blink.offset_frame};
}

BlinkPictures::BlinkPictures(BlinkSpool& blinks, PointSpool& points)
    : blinks_(blinks), points_(points) {
  blinks_.rewind();
  advance();
}

void BlinkPictures::advance() {
  Blink blink;
  next_ = blinks_.next(blink) ? std::optional(blink) : std::nullopt;
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
  for (; next_ && frames_of_pictures(*next_).front() <= frame; advance()) {
    open_.push_back({*next_, {}});
  }
  for (Open& open : open_) {
    const Blink& blink = open.blink;
    const std::array<std::int64_t, 3> frames = frames_of_pictures(blink);
    for (std::size_t i = 0; i < frames.size(); ++i) {
      if (frames[i] != frame) continue;
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
      open.pictures[i] = std::move(picture);
    }
  }
}

void BlinkPictures::take_complete(
    std::int64_t frame,
    const std::function<void(const Blink&, const reports::BlinkPictures&)>& use) {
  while (!open_.empty() && open_.front().blink.offset_frame <= frame) {
    use(open_.front().blink, views_of(open_.front()));
    open_.pop_front();
  }
}

reports::BlinkPictures BlinkPictures::views_of(const Open& open) {
  const auto view = [](const std::optional<Picture>& picture) {
    std::optional<reports::ReportPicture> result;
    if (picture) {
      result = reports::ReportPicture{
          picture->crop.image, picture->crop.lids, picture->frame, picture->time_s, picture->fec};
    }
    return result;
  };
  return {view(open.pictures[0]), view(open.pictures[1]), view(open.pictures[2])};
}

}  // namespace eyelid::pipeline
