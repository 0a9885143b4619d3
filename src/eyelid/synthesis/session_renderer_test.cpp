// SPDX-License-Identifier: MIT
#include "eyelid/synthesis/session_renderer.hpp"

#include <dlib/image_processing/frontal_face_detector.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <thread>

#include "eyelid/core/error.hpp"
#include "eyelid/core/eye_aspect_ratio.hpp"

namespace eyelid::synthesis {
namespace {

std::uint64_t fingerprint(const GrayImage& image) {
  std::uint64_t hash = 1469598103934665603ull;
  for (int y = 0; y < image.height(); ++y) {
    for (int x = 0; x < image.width(); ++x) hash = (hash ^ image.row(y)[x]) * 1099511628211ull;
  }
  return hash;
}

// Time of the middle of the first reflex: both eyes shut.
std::int64_t closed_frame(const SessionRenderer& session) {
  for (const LidEvent& event : session.events()) {
    if (event.kind == LidEventKind::UnconditionedResponse) {
      const double middle = 0.5 * (event.peak_s + event.release_s);
      return static_cast<std::int64_t>(middle * session.options().frames_per_second);
    }
  }
  return 0;
}

TEST(SessionRenderer, SameBytesForAnyThreadAndOrder) {
  SessionOptions options;
  options.with_noise = options.with_pose = options.with_glasses = options.with_flicker = true;
  const std::vector<std::int64_t> frames{0, 700, 1500, 2222, 5999};
  const SessionRenderer session(options);
  std::vector<std::uint64_t> expected;
  GrayImage image;
  SessionOptions stranger;
  stranger.seed = 6;
  const SessionRenderer other_session(stranger);
  for (const std::int64_t frame : frames) {
    session.render(frame, image);
    expected.push_back(fingerprint(image));
    // Another film in between, so that nothing may be left over in the thread's work memory.
    other_session.render(frame / 2, image);
  }
  const SessionRenderer twin(options);
  std::vector<std::uint64_t> backwards(frames.size());
  std::vector<std::uint64_t> forwards(frames.size());
  std::thread other([&] {
    GrayImage own;
    for (std::size_t i = frames.size(); i-- > 0;) {
      twin.render(frames[i], own);
      backwards[i] = fingerprint(own);
    }
  });
  for (std::size_t i = 0; i < frames.size(); ++i) {
    twin.render(frames[i], image);
    forwards[i] = fingerprint(image);
  }
  other.join();
  EXPECT_EQ(forwards, expected);
  EXPECT_EQ(backwards, expected);
  options.seed = 2;
  SessionRenderer(options).render(0, image);
  EXPECT_NE(fingerprint(image), expected[0]);
}

TEST(SessionRenderer, AspectRatioFollowsClosureInAFrontalView) {
  SessionOptions options;
  const SessionRenderer session(options);
  float open_ear = 0.0f;
  // Least squares of EAR = open * (1 - fec) through the whole film, then its largest misfit.
  double numerator = 0.0;
  double denominator = 0.0;
  for (std::int64_t frame = 0; frame < session.frame_count(); frame += 7) {
    const FrameTruth truth = session.truth(frame);
    const double open = 1.0 - static_cast<double>(truth.fec.right);
    numerator += open * static_cast<double>(ear_or_nan(truth.eyes.right));
    denominator += open * open;
  }
  open_ear = static_cast<float>(numerator / denominator);
  EXPECT_GT(open_ear, 0.2f);
  EXPECT_LT(open_ear, 0.45f);
  for (std::int64_t frame = 0; frame < session.frame_count(); frame += 7) {
    const FrameTruth truth = session.truth(frame);
    // Head movements of 1 to 2 degrees change the projected height by a percent or two.
    EXPECT_NEAR(1.0f - ear_or_nan(truth.eyes.right) / open_ear, truth.fec.right, 0.04f);
  }
}

TEST(SessionRenderer, ClosedEyesHaveNoAperture) {
  const SessionRenderer session(SessionOptions{});
  const FrameTruth truth = session.truth(closed_frame(session));
  EXPECT_EQ(truth.fec.right, 1.0f);
  EXPECT_EQ(truth.fec.left, 1.0f);
  EXPECT_LT(ear_or_nan(truth.eyes.right), 1e-4f);
  EXPECT_LT(ear_or_nan(truth.eyes.left), 1e-4f);
}

TEST(SessionRenderer, DlibFindsExactlyTheFace) {
  dlib::frontal_face_detector detector = dlib::get_frontal_face_detector();
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    SessionOptions options;
    options.seed = seed;
    options.with_glasses = seed % 2 == 0;
    options.with_pose = seed > 3;
    const SessionRenderer session(options);
    for (const std::int64_t frame : {std::int64_t{0}, closed_frame(session)}) {
      GrayImage image;
      session.render(frame, image);
      dlib::array2d<unsigned char> copy(image.height(), image.width());
      for (int y = 0; y < image.height(); ++y) {
        std::memcpy(&copy[y][0], image.row(y), static_cast<std::size_t>(image.width()));
      }
      const auto boxes = detector(copy);
      ASSERT_EQ(boxes.size(), 1u) << "seed " << seed << " frame " << frame;
      const Rect found{static_cast<float>(boxes[0].left()),
                       static_cast<float>(boxes[0].top()),
                       static_cast<float>(boxes[0].width()),
                       static_cast<float>(boxes[0].height())};
      EXPECT_GT(iou(found, session.truth(frame).face_box), 0.5f);
    }
  }
}

TEST(SessionRenderer, FlickerRipplesAtAHundredHertz) {
  SessionOptions options;
  options.with_flicker = true;
  const SessionRenderer session(options);
  GrayImage image;
  std::vector<double> means;
  for (std::int64_t frame = 0; frame < 10; ++frame) {
    session.render(frame, image);
    double sum = 0.0;
    for (int y = 0; y < 100; ++y) {
      for (int x = 0; x < 200; ++x) sum += image.row(y)[x];
    }
    means.push_back(sum / 20000.0);
  }
  const auto [low, high] = std::minmax_element(means.begin(), means.end());
  EXPECT_GT(*high - *low, 0.02 * *high);
  for (std::size_t i = 0; i < 5; ++i) EXPECT_NEAR(means[i], means[i + 5], 0.2);  // 5 frames = 10 ms
}

TEST(SessionRenderer, OtherSizesRatesAndNoTrialsWork) {
  SessionOptions options;
  options.width = 320;
  options.height = 240;
  options.frames_per_second = 60.0;
  options.seconds = 4.0;
  options.trials = 0;
  const SessionRenderer session(options);
  EXPECT_EQ(session.frame_count(), 240);
  EXPECT_TRUE(session.trials().empty());
  GrayImage image;
  session.render(239, image);
  EXPECT_EQ(image.width(), 320);
  EXPECT_EQ(image.height(), 240);
  const FrameTruth truth = session.truth(239);
  EXPECT_GT(truth.face_box.x, 0.0f);
  EXPECT_LT(truth.face_box.right(), 320.0f);
}

TEST(SessionRenderer, RefusesFramesOutsideTheFilm) {
  const SessionRenderer session(SessionOptions{});
  EXPECT_EQ(session.frame_count(), 6000);
  EXPECT_THROW((void)session.truth(6000), ContractError);
  EXPECT_THROW((void)session.truth(-1), ContractError);
}

}  // namespace
}  // namespace eyelid::synthesis
