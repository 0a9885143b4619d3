// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/picture_sample.hpp"

#include "eyelid/landmarks/close_up_search.hpp"

namespace eyelid::pipeline {

void PictureSample::consider(const FrameView& picture) {
  if (considered_++ % step_ != 0) return;
  if (pictures_.empty()) size_ = {picture.width, picture.height};
  if (size_ != std::pair{picture.width, picture.height}) return;  // another place, if any
  if (pictures_.size() == kMaxPictures) {
    // Every second one goes, and so does every second one to come.
    for (std::size_t i = 1; 2 * i < kMaxPictures; ++i) pictures_[i] = std::move(pictures_[2 * i]);
    pictures_.resize(kMaxPictures / 2);
    step_ *= 2;
    if ((considered_ - 1) % step_ != 0) return;
  }
  pictures_.push_back(landmarks::shrunk_for_search(picture, factor_));
}

}  // namespace eyelid::pipeline
