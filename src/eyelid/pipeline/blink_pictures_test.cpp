// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/blink_pictures.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "eyelid/pipeline/picture_frames.hpp"
#include "temporary_folder.hpp"

namespace eyelid::pipeline {
namespace {

constexpr std::int64_t kFrames = 100;

EyePoints lid_at(Point corner) {
  return {{corner,
           corner + Point{7.0f, -4.0f},
           corner + Point{14.0f, -4.0f},
           corner + Point{20.0f, 0.0f},
           corner + Point{14.0f, 4.0f},
           corner + Point{7.0f, 4.0f}}};
}

Blink blink_of(Eye eye, std::int64_t onset, std::int64_t peak, std::int64_t offset) {
  Blink blink;
  blink.eye = eye;
  blink.onset_frame = onset;
  blink.peak_frame = peak;
  blink.offset_frame = offset;
  return blink;
}

std::string text_of(const std::optional<reports::ReportPicture>& picture) {
  if (!picture) return "none";
  // Every pixel of a frame holds its number.
  EXPECT_EQ(picture->image.row(0)[0], static_cast<std::uint8_t>(picture->frame));
  return std::to_string(picture->frame) + (picture->lids.empty() ? " without points" : "");
}

/// "onset: before, peak, after" of each blink in the order in which they are taken.
std::vector<std::string> pictures_of(const std::vector<Blink>& found, std::int64_t without_points) {
  testing::TemporaryFolder folder;
  BlinkSpool blinks(folder.path());
  for (const Blink& blink : found) blinks.append(blink);
  PointSpool points(folder.path());
  for (std::int64_t i = 0; i < kFrames; ++i) {
    const EyeLandmarks eyes{lid_at({60.0f, 40.0f}), lid_at({20.0f, 40.0f})};
    points.append(i == without_points ? std::nullopt : std::optional(eyes));
  }
  BlinkPictures pictures(blinks, points);
  GrayImage image(100, 80);
  std::vector<std::string> taken;
  for (std::int64_t i = 0; i < kFrames; ++i) {
    for (int y = 0; y < 80; ++y) std::fill_n(image.row(y), 100, static_cast<std::uint8_t>(i));
    pictures.add(i, 0.01 * static_cast<double>(i), {0.5f, 0.5f}, image);
    pictures.take_complete(i, [&](const Blink& blink, const reports::BlinkPictures& views) {
      taken.push_back(std::to_string(blink.onset_frame) + ": " + text_of(views.before) + ", " +
                      text_of(views.peak) + ", " + text_of(views.after));
    });
  }
  return taken;
}

TEST(BlinkPictures, AreCutAtOnsetPeakAndOffset) {
  const std::vector<std::string> expected = {
      "1: 0, 3, 6", "20: 18, 22 without points, 30", "50: 48, 50, 50"};
  EXPECT_EQ(pictures_of({blink_of(Eye::Right, 1, 3, 6),
                         blink_of(Eye::Left, 20, 22, 30),
                         blink_of(Eye::Left, 50, 50, 50)},
                        22),
            expected);
}

TEST(BlinkPictures, BlinksWithinALongOneAreTakenAfterIt) {
  const std::vector<std::string> expected = {"10: 8, 30, 80", "10: 8, 12, 14", "40: 38, 44, 50"};
  EXPECT_EQ(pictures_of({blink_of(Eye::Right, 10, 30, 80),
                         blink_of(Eye::Left, 10, 12, 14),
                         blink_of(Eye::Left, 40, 44, 50),
                         blink_of(Eye::Right, 95, 98, kFrames)},  // cut by the end
                        -1),
            expected);
}

TEST(PictureFrames, AreThoseOfEveryBlinkAndTheOthers) {
  testing::TemporaryFolder folder;
  BlinkSpool blinks(folder.path());
  for (const Blink& blink : {blink_of(Eye::Right, 1, 3, 6),
                             blink_of(Eye::Right, 10, 30, 80),
                             blink_of(Eye::Left, 10, 12, 14),
                             blink_of(Eye::Left, 40, 44, 80)}) {
    blinks.append(blink);
  }
  const std::vector<std::int64_t> others = {90, 30, 13};
  PictureFrames frames(folder.path(), blinks, others);
  std::vector<std::int64_t> found;
  for (std::int64_t i = 0; i < kFrames; ++i) {
    if (frames.contains(i)) found.push_back(i);
  }
  EXPECT_EQ(found, (std::vector<std::int64_t>{0, 3, 6, 8, 12, 13, 14, 30, 38, 44, 80, 90}));
}

}  // namespace
}  // namespace eyelid::pipeline
