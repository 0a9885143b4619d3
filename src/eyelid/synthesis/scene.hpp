// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "eyelid/core/face.hpp"
#include "eyelid/core/image.hpp"
#include "eyelid/synthesis/eye_painter.hpp"
#include "eyelid/synthesis/glasses.hpp"

namespace eyelid::synthesis {

/// What changes from frame to frame.
struct Moment {
  HeadPose pose;
  EyeState right;
  EyeState left;
  float brightness = 1.0f;       // factor of the picture values
  float spread = 0.1f;           // share of light each neighboring pixel gets (canvas.hpp)
  int spread_passes = 1;         // more: out of focus
  float noise = 0.0f;            // standard deviation in gray levels
  std::uint64_t noise_seed = 0;  // of this frame
};

/// One person before one camera and background: draws any moment, and knows where everything lies.
///
/// Threads: const members may be called from any number of threads.
class Scene {
 public:
  struct Options {
    int width = 640;
    int height = 480;
    Camera camera;
    Light light;
    float vignette = 0.2f;  // darkening in the corners
    bool has_glasses = false;
    std::uint64_t seed = 1;  // of background and glasses
  };
  /// Width and height 1 .. 8192.
  Scene(std::shared_ptr<const HeadModel> model, const Options& options);

  void render(const Moment& moment, GrayImage& image) const;

  EyeLandmarks eyes(const Moment& moment) const;
  FaceLandmarks points(const Moment& moment) const;
  FaceKeypoints keypoints(const Moment& moment) const;
  /// Upright box around brows and chin, as wide as the face: what detectors should return.
  Rect face_box(const Moment& moment) const;

 private:
  void paint_background();
  /// Vignetting, brightness and noise: from picture values to gray levels.
  void expose(const Moment& moment, const Canvas& canvas, GrayImage& image) const;

  Options options_;
  std::shared_ptr<const HeadModel> model_;
  EyePainter right_painter_;
  EyePainter left_painter_;
  std::unique_ptr<Glasses> glasses_;
  Canvas background_;
  std::vector<float> vignette_;  // (height, width), times 255
};

}  // namespace eyelid::synthesis
