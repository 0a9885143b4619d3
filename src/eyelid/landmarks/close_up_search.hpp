// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "eyelid/core/face.hpp"
#include "eyelid/core/image.hpp"
#include "eyelid/landmarks/one_eye_landmarker.hpp"

namespace eyelid::landmarks {

/// What looks most like one eye in a picture, taken for a right and for a left one.
struct EyePlace {
  EyePoints points{};
  /// Presence summed over the starts that led there: an eye draws starts from all around it, what
  /// only looks like one from a single side does not. Two eyes close up: 9 to 26; the best place in
  /// 206 photographs of crowds: at most 4.3.
  float support = 0.0f;
};
struct EyePlaces {
  PerEye<EyePlace> as;
  float rival_support = 0.0f;  // of the best place elsewhere: a second eye, or chance
};

/// Looks for one eye that fills a good part of the picture (0.2 to 1 of its width): from starts of
/// six sizes all over the picture, by the one-eye model and the judge of presence.
///
/// Threads: one at a time. Same result on every machine.
class CloseUpSearch {
 public:
  explicit CloseUpSearch(std::shared_ptr<const LandmarkModels> models);

  /// Some 50 ms; pictures by shrunk_for_search() cost least.
  EyePlaces look(const FrameView& picture);

 private:
  struct Candidate {
    Eye side;
    EyePoints points;
    float presence;
  };
  void collect(const FrameView& picture, Eye side, float width_px);

  OneEyeLandmarker landmarker_;
  std::vector<EyePoints> starts_;
  std::vector<Candidate> candidates_;
};

/// A copy small enough for the search: means of blocks of `factor` x `factor` pixels.
GrayImage shrunk_for_search(const FrameView& picture, int& factor);

/// The eye that most of the pictures of a film agree on.
struct AgreedEye {
  Eye side = Eye::Right;  // where it is not sure
  /// The shape says clearly whether it is a right or a left eye (the inner corner is on the right
  /// of a right one): the evidence is 1.6 times that for the other. So it was of 79 of 103 eyes cut
  /// out of photographs, one of them wrong; of all 103, 7 were.
  bool is_side_sure = false;
  EyePoints points{};  // mean of the pictures where it is most open
};
/// Nothing unless it is certain: surely seen at one place in half of at least five pictures, not
/// beside another eye, and wide open in a quarter (nostrils and closed mouths look like shut eyes).
std::optional<AgreedEye> agreed_eye(std::span<const EyePlaces> pictures);

}  // namespace eyelid::landmarks
