// SPDX-License-Identifier: MIT
#include "eyelid/video/pictures_in_memory.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "refusal.hpp"

namespace eyelid::video {
namespace {

using testing::refusal_of;

/// Pictures of 64 x 48, each of one value.
class MadePictures {
 public:
  explicit MadePictures(const std::vector<std::uint16_t>& values, bool has_16_bits = false) {
    recording.name = "frames";
    for (const std::uint16_t value : values) {
      wide_.emplace_back(64 * 48, value);
      narrow_.emplace_back(64 * 48, static_cast<std::uint8_t>(value));
    }
    for (std::size_t i = 0; i < values.size(); ++i) {
      const void* samples = has_16_bits ? static_cast<const void*>(wide_[i].data())
                                        : static_cast<const void*>(narrow_[i].data());
      recording.pictures.push_back({static_cast<const std::byte*>(samples),
                                    64,
                                    48,
                                    has_16_bits ? 128 : 64,
                                    SampleOrder::Gray,
                                    has_16_bits});
    }
  }
  PicturesInMemory recording;

 private:
  std::vector<std::vector<std::uint16_t>> wide_;
  std::vector<std::vector<std::uint8_t>> narrow_;
};

TEST(PicturesInMemory, AreARecordingThatCanBeReadAgain) {
  const MadePictures made({100, 120, 140});
  for (int time = 0; time < 2; ++time) {
    const auto source = open_pictures(made.recording, {.frames_per_second = 500.0});
    EXPECT_EQ(source->info().kind, "arrays");
    EXPECT_EQ(source->info().width, 64);
    EXPECT_EQ(source->info().frame_count, 3);
    Frame frame;
    for (int i = 0; i < 3; ++i) {
      ASSERT_TRUE(source->next(frame));
      EXPECT_EQ(frame.index, i);
      EXPECT_DOUBLE_EQ(frame.time_s, i / 500.0);
      EXPECT_EQ(frame.image.row(47)[63], 100 + 20 * i);
    }
    EXPECT_FALSE(source->next(frame));
    EXPECT_EQ(source->report().decoded_frames, 3);
    EXPECT_TRUE(source->report().warnings.empty());
  }
}

TEST(PicturesInMemory, TakeGivenTimesAndCountTheirGaps) {
  const MadePictures made({100, 100, 100, 100});
  const auto source =
      open_pictures(made.recording, {.stamps = FrameStamps{{5.0, 5.01, 5.02, 5.05}, "times"}});
  EXPECT_NEAR(source->info().frames_per_second, 100.0, 1e-6);
  Frame frame;
  while (source->next(frame)) {
  }
  EXPECT_NEAR(frame.time_s, 0.05, 1e-12);
  EXPECT_EQ(source->report().timestamp_gaps, 1);
  EXPECT_EQ(source->report().missing_frames, 2);
}

TEST(PicturesInMemory, WithoutATimeWarn) {
  const MadePictures made({100, 100});
  const auto source = open_pictures(made.recording, {});
  EXPECT_EQ(source->info().frames_per_second, 25.0);
  Frame frame;
  while (source->next(frame)) {
  }
  ASSERT_EQ(source->report().warnings.size(), 1u);
  EXPECT_EQ(source->report().warnings[0].substr(0, 44),
            "frames: pictures state no time, so 25 frames");
}

TEST(PicturesInMemory, FindTheBitsInUse) {
  const MadePictures made({1000, 900}, true);
  const auto source = open_pictures(made.recording, {.frames_per_second = 500.0});
  EXPECT_EQ(source->info().used_bits, 10);
  Frame frame;
  ASSERT_TRUE(source->next(frame));
  EXPECT_EQ(frame.image.row(0)[0], 250);
}

TEST(PicturesInMemory, AreRefusedWithASentence) {
  EXPECT_EQ(refusal_of([] {
              open_pictures({"frames", {}}, {});
            }),
            "frames: no picture, expected at least one");
  MadePictures made({100, 100});
  EXPECT_EQ(refusal_of([&] {
              open_pictures(made.recording, {.stamps = FrameStamps{{0.0}, "times"}});
            }),
            "times: 1 time stamps for 2 pictures of frames; expected one each");
  EXPECT_EQ(refusal_of([&] { open_pictures(made.recording, {.bits = 12}); }),
            "frames: not stored in 16 bits, expected that with 12 bits in use");
  made.recording.pictures[1].has_16_bits = true;
  EXPECT_EQ(refusal_of([&] { open_pictures(made.recording, {}); }),
            "frames[1]: samples of 16 bits, expected 8 as in the first picture");
}

TEST(PicturesInMemory, AreIdentifiedByTheirSamples) {
  const MadePictures made({100, 7, 140}), same({100, 8, 140}), other({100, 7, 141});
  EXPECT_EQ(identity_of(made.recording).size, 3 * 64 * 48);
  EXPECT_EQ(identity_of(made.recording).sha256_ends, identity_of(same.recording).sha256_ends);
  EXPECT_NE(identity_of(made.recording).sha256_ends, identity_of(other.recording).sha256_ends);
}

}  // namespace
}  // namespace eyelid::video
