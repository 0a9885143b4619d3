// SPDX-License-Identifier: MIT
#include "eyelid/detection/mtcnn_boxes.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace eyelid::detection {
namespace {

MtcnnBox box_at(float left, float top, float right, float bottom, float score) {
  MtcnnBox box;
  box.left = left;
  box.top = top;
  box.right = right;
  box.bottom = bottom;
  box.score = score;
  return box;
}

TEST(MtcnnBoxes, SuppressionKeepsTheBestAndWhatIsElsewhere) {
  std::vector<MtcnnBox> boxes = {box_at(0, 0, 10, 10, 0.7f),
                                 box_at(100, 0, 110, 10, 0.8f),
                                 box_at(1, 0, 11, 10, 0.9f),  // 9 / 11 of the union with the first
                                 box_at(100, 5, 110, 15, 0.75f)};  // 5 / 15 with the second
  MtcnnSuppression().run(boxes, 0.5f, MtcnnOverlap::OfUnion);
  ASSERT_EQ(boxes.size(), 3u);
  EXPECT_EQ(boxes[0].score, 0.9f);
  EXPECT_EQ(boxes[1].score, 0.8f);
  EXPECT_EQ(boxes[2].score, 0.75f);
}

TEST(MtcnnBoxes, AFaceInsideOfAnotherGoesByTheSmallerBox) {
  const std::vector<MtcnnBox> nested = {box_at(0, 0, 99, 99, 0.9f), box_at(10, 10, 39, 39, 0.8f)};
  std::vector<MtcnnBox> boxes = nested;
  MtcnnSuppression suppression;
  suppression.run(boxes, 0.7f, MtcnnOverlap::OfUnion);
  EXPECT_EQ(boxes.size(), 2u);
  suppression.run(boxes, 0.7f, MtcnnOverlap::OfSmaller);
  EXPECT_EQ(boxes.size(), 1u);
}

/// The textbook way: sort, take the best, delete, repeat.
std::vector<float> slow_suppression(std::vector<MtcnnBox> boxes, float threshold, bool by_smaller) {
  std::stable_sort(boxes.begin(), boxes.end(), [](const MtcnnBox& a, const MtcnnBox& b) {
    return a.score > b.score;
  });
  const float one = by_smaller ? 1.0f : 0.0f;
  const auto area = [&](const MtcnnBox& b) {
    return (b.right - b.left + one) * (b.bottom - b.top + one);
  };
  std::vector<float> scores;
  while (!boxes.empty()) {
    const MtcnnBox best = boxes.front();
    scores.push_back(best.score);
    boxes.erase(boxes.begin());
    std::erase_if(boxes, [&](const MtcnnBox& b) {
      const float w = std::min(best.right, b.right) - std::max(best.left, b.left) + one;
      const float h = std::min(best.bottom, b.bottom) - std::max(best.top, b.top) + one;
      const float both = std::max(0.0f, w) * std::max(0.0f, h);
      const float whole = by_smaller ? std::min(area(best), area(b)) : area(best) + area(b) - both;
      return both / whole > threshold;
    });
  }
  return scores;
}

TEST(MtcnnBoxes, SuppressionEqualsTheTextbookOnRandomBoxes) {
  std::mt19937 random(6);
  std::uniform_real_distribution<float> place(0.0f, 200.0f), side(5.0f, 90.0f), score(0.0f, 1.0f);
  MtcnnSuppression suppression;
  for (int round = 0; round < 50; round++) {
    std::vector<MtcnnBox> boxes;
    for (unsigned i = 0; i < random() % 120; i++) {
      const float x = place(random), y = place(random);
      boxes.push_back(box_at(x, y, x + side(random), y + side(random), score(random)));
    }
    for (const bool by_smaller : {false, true}) {
      std::vector<MtcnnBox> kept = boxes;
      suppression.run(kept, 0.4f, by_smaller ? MtcnnOverlap::OfSmaller : MtcnnOverlap::OfUnion);
      std::vector<float> found;
      for (const MtcnnBox& box : kept) found.push_back(box.score);
      ASSERT_EQ(found, slow_suppression(boxes, 0.4f, by_smaller)) << "round " << round;
    }
  }
}

TEST(MtcnnBoxes, CorrectionMovesEdgesInPartsOfTheBox) {
  MtcnnBox box = box_at(10, 20, 29, 59, 1.0f);
  box.correction = {0.1f, -0.1f, 0.0f, 0.5f};
  apply_correction(box, 1.0f);  // 20 x 40 pixels
  EXPECT_FLOAT_EQ(box.left, 12.0f);
  EXPECT_FLOAT_EQ(box.top, 16.0f);
  EXPECT_FLOAT_EQ(box.right, 29.0f);
  EXPECT_FLOAT_EQ(box.bottom, 79.0f);
  make_square(box);
  EXPECT_FLOAT_EQ(box.right - box.left, 63.0f);
  EXPECT_FLOAT_EQ(box.bottom - box.top, 63.0f);
  EXPECT_FLOAT_EQ(0.5f * (box.left + box.right), 20.5f);
}

}  // namespace
}  // namespace eyelid::detection
