// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "eyelid/core/face.hpp"
#include "eyelid/core/image.hpp"
#include "eyelid/core/trial.hpp"
#include "eyelid/synthesis/lid_motion.hpp"
#include "eyelid/synthesis/space.hpp"

namespace eyelid::synthesis {

struct SessionOptions {
  std::uint64_t seed = 1;  // person, plan, light and background
  double seconds = 12.0;
  int trials = 12;
  double frames_per_second = 500.0;
  double isi_s = 0.4;  // CS onset to US onset
  int width = 640;
  int height = 480;
  // The default is a head nearly at rest, in steady light, with little noise.
  bool with_pose = false;  // turned head: yaw +-10, roll +-12.5, pitch +-20 degrees over sessions
  bool with_flicker = false;  // 100 Hz ripple of lamps on 50 Hz mains
  bool with_noise = false;    // sensor noise of a short exposure, 4 gray levels instead of 1.2
  bool with_glasses = false;
};

/// Ground truth of one frame.
struct FrameTruth {
  std::int64_t frame = 0;
  double time_s = 0.0;
  /// 1 - aperture / open aperture of each eye, 0 open .. 1 closed. It belongs to the eye, not to
  /// the picture: EAR seen from the front is exactly (1 - fec) times its open value; a head that
  /// nods shows a smaller EAR at the same FEC, one that turns aside a larger.
  PerEye<float> fec;
  EyeLandmarks eyes;  // where the drawn lid margins lie, frame pixels
  Rect face_box;      // around the 68 points
  FaceKeypoints keypoints;
  HeadPose pose;
};

/// A film of one person in an eyeblink-conditioning session, any frame at any time.
///
/// Same options, same bytes, for any order of calls and any number of threads; const members may be
/// called from several threads at once (each keeps about 3 MB of work memory). About 9 ms a frame
/// at 640x480 on one core of a Zen 3 (minimum of 100 frames, machine in use). Throws InputError
/// where the trials do not fit into the seconds.
class SessionRenderer {
 public:
  explicit SessionRenderer(const SessionOptions& options);
  ~SessionRenderer();
  SessionRenderer(SessionRenderer&&) noexcept;

  const SessionOptions& options() const;
  const std::vector<Trial>& trials() const;
  /// Every closing movement, in order of onset.
  const std::vector<LidEvent>& events() const;
  std::int64_t frame_count() const;

  FrameTruth truth(std::int64_t frame) const;
  /// Resizes `image` to the session's size.
  void render(std::int64_t frame, GrayImage& image) const;

 private:
  struct Parts;
  std::unique_ptr<const Parts> parts_;
};

}  // namespace eyelid::synthesis
