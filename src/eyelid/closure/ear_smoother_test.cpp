// SPDX-License-Identifier: MIT
#include "eyelid/closure/ear_smoother.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "eyelid/closure/frame_interval.hpp"

namespace eyelid::closure {
namespace {

struct Value {
  double time_s;
  float value;
};

std::vector<SmoothedValue> condition(const std::vector<Value>& values,
                                     const SmootherOptions& options) {
  std::vector<SmoothedValue> result;
  EarSmoother smoother(options, [&](const SmoothedValue& value) { result.push_back(value); });
  for (const Value& value : values) smoother.push(value.time_s, value.value);
  smoother.finish();
  return result;
}

std::vector<Value> every_2_ms(const std::vector<float>& values) {
  std::vector<Value> result;
  for (std::size_t i = 0; i < values.size(); ++i) {
    result.push_back({0.002 * static_cast<double>(i), values[i]});
  }
  return result;
}

TEST(LongestBridge, Is20MsOrOneFrameBetweenMeasurements) {
  EXPECT_NEAR(max_bridge_s(0.002), 0.0225, 1e-12);  // 10 missing frames of 2 ms
  EXPECT_NEAR(max_bridge_s(0.040), 0.090, 1e-12);   // 1 missing frame of 40 ms, not 2
}

TEST(FrameIntervalMeter, FindsTheMedianStep) {
  FrameIntervalMeter meter;
  EXPECT_EQ(meter.median_s(), 0.0);
  for (int i = 0; i < 100; ++i) meter.add(0.002);
  for (int i = 0; i < 40; ++i) meter.add(0.5);
  for (int i = 0; i < 30; ++i) meter.add(1e-9);
  EXPECT_NEAR(meter.median_s(), 0.002, 1e-9);
}

TEST(EarSmoother, FillsOnTheLineBetweenMeasuredValues) {
  const auto result =
      condition(every_2_ms({1, kNotAvailable, kNotAvailable, kNotAvailable, 5, 6}), {0.0225, 0.0});
  ASSERT_EQ(result.size(), 6u);
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_NEAR(result[i].value, 1.0 + static_cast<double>(i), 1e-6);
    EXPECT_EQ(result[i].is_interpolated, i >= 1 && i <= 3);
    EXPECT_EQ(result[i].starts_segment, i == 0);
    EXPECT_NEAR(result[i].time_s, 0.002 * static_cast<double>(i), 1e-12);
  }
}

TEST(EarSmoother, LeavesLongGapsAndEndsEmpty) {
  std::vector<float> values(30, kNotAvailable);
  values[3] = values[4] = values[20] = 1.0f;
  const auto result = condition(every_2_ms(values), {0.0225, 0.010});
  ASSERT_EQ(result.size(), values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    EXPECT_EQ(std::isnan(result[i].value), std::isnan(values[i])) << i;
    EXPECT_FALSE(result[i].is_interpolated);
    EXPECT_EQ(result[i].starts_segment, i == 3 || i == 20);
  }
}

TEST(EarSmoother, AStepInTimeAloneIsAGap) {
  const auto result = condition({{0.0, 1}, {0.002, 1}, {0.100, 5}, {0.102, 5}}, {0.0225, 0.010});
  EXPECT_TRUE(result[2].starts_segment);
  EXPECT_EQ(result[1].value, 1.0f);
  EXPECT_EQ(result[2].value, 5.0f);
}

TEST(EarSmoother, LeavesParabolasAsTheyAreAtAnySpacing) {
  std::mt19937 random(3);
  std::vector<Value> values;
  double time_s = 10.0;
  for (int i = 0; i < 200; ++i) {
    time_s += 0.001 + 0.003 * static_cast<double>(random() % 1000) / 1000.0;
    const double x = time_s - 10.2;
    values.push_back({time_s, static_cast<float>(0.3 + 0.5 * x - 4.0 * x * x)});
  }
  const auto result = condition(values, {0.0225, 0.014});
  for (std::size_t i = 0; i < values.size(); ++i) {
    EXPECT_NEAR(result[i].value, values[i].value, 1e-5) << i;
  }
}

// Savitzky & Golay 1964, table I: order 2, 5 points: (-3, 12, 17, 12, -3) / 35.
TEST(EarSmoother, IsSavitzkyGolayAtEvenSpacing) {
  std::vector<float> impulse(21, 0.0f);
  impulse[10] = 35.0f;
  const auto result = condition(every_2_ms(impulse), {0.0225, 0.004});
  const float expected[] = {0, -3, 12, 17, 12, -3, 0};
  for (std::size_t i = 0; i < 7; ++i) EXPECT_NEAR(result[7 + i].value, expected[i], 1e-4);
}

TEST(EarSmoother, HasNoDelay) {
  std::vector<float> bump;
  for (int i = -50; i <= 50; ++i) bump.push_back(std::exp(-0.01f * static_cast<float>(i * i)));
  const auto result = condition(every_2_ms(bump), {0.0225, 0.014});
  for (std::size_t i = 0; i <= 50; ++i) {
    EXPECT_NEAR(result[50 - i].value, result[50 + i].value, 1e-6);
  }
}

TEST(EarSmoother, DoesNothingWhenFewerThanFiveValuesAreInReach) {
  std::vector<Value> values;
  std::mt19937 random(4);
  for (int i = 0; i < 100; ++i) {
    values.push_back({i / 30.0, static_cast<float>(random() % 100)});
  }
  const auto result = condition(values, {max_bridge_s(1 / 30.0), 0.014});
  for (std::size_t i = 0; i < values.size(); ++i) EXPECT_EQ(result[i].value, values[i].value);
}

// The definition, on the whole trace at once: streaming must give exactly the same.
TEST(EarSmoother, StreamingEqualsTheWholeTraceAtOnce) {
  std::mt19937 random(8);
  std::vector<Value> values;
  double time_s = 0.0;
  for (int i = 0; i < 3000; ++i) {
    time_s += random() % 200 == 0 ? 0.2 : 0.002;
    const bool is_absent = random() % 8 == 0 || (i / 40) % 20 == 7;
    values.push_back({time_s, is_absent ? kNotAvailable : static_cast<float>(random() % 1000)});
  }
  const SmootherOptions options{0.0225, 0.014};
  const auto filled = condition(values, {options.max_bridge_s, 0.0});
  const auto streamed = condition(values, options);
  ASSERT_EQ(streamed.size(), values.size());
  for (std::size_t i = 0; i < filled.size(); ++i) {
    ASSERT_EQ(streamed[i].is_interpolated, filled[i].is_interpolated);
    if (std::isnan(filled[i].value)) {
      ASSERT_TRUE(std::isnan(streamed[i].value));
      continue;
    }
    // The segment's neighbors of i, alone: its own result must be the streamed one.
    std::size_t begin = i, end = i + 1;
    while (begin > 0 && !filled[begin].starts_segment) --begin;
    while (end < filled.size() && !filled[end].starts_segment && !std::isnan(filled[end].value)) {
      ++end;
    }
    std::vector<Value> alone;
    for (std::size_t j = begin; j < end; ++j) alone.push_back({filled[j].time_s, filled[j].value});
    ASSERT_EQ(streamed[i].value, condition(alone, options)[i - begin].value) << i;
  }
}

TEST(EarSmoother, LooksAheadByNoMoreThanGapAndFilter) {
  double delivered_s = -1.0;
  EarSmoother smoother({0.0225, 0.014},
                       [&](const SmoothedValue& value) { delivered_s = value.time_s; });
  for (int i = 0; i < 100000; ++i) {
    const double time_s = 0.002 * i;
    smoother.push(time_s, (i / 7) % 3 == 0 ? kNotAvailable : 0.3f);
    ASSERT_LE(time_s - delivered_s, 0.0225 + 0.014 + 0.003);
  }
}

}  // namespace
}  // namespace eyelid::closure
