// SPDX-License-Identifier: MIT
//
// Traces of both eyes with everything that looks like a blink and everything that does not, by a
// generator whose movements have another shape (gamma-like, asymmetric) than MadeTrace's.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "eyelid/closure/binocular_blink_finder.hpp"

namespace eyelid::closure {
namespace {

enum class Kind { Full, Partial, Wink, Double, FromLoweredLid, Cut, Glare, Jerk };
constexpr Kind kKinds[] = {Kind::Full,
                           Kind::Partial,
                           Kind::Wink,
                           Kind::Double,
                           Kind::FromLoweredLid,
                           Kind::Cut,
                           Kind::Glare,
                           Kind::Jerk};
constexpr const char* kNames[] = {
    "full", "partial", "wink", "double", "from a lowered lid", "cut", "glare", "jerk"};

constexpr double kLowered = 0.25;

// One movement of the lid: fast closing, slower opening, both with soft ends.
struct Movement {
  double start_s = 0.0;
  double closing_s = 0.07;
  double hold_s = 0.02;
  double opening_s = 0.18;
  PerEye<double> amplitude{1.0, 1.0};

  double end_s() const { return start_s + closing_s + hold_s + opening_s; }
  double shape(double time_s) const {
    const double t = time_s - start_s;
    if (t <= 0.0 || time_s >= end_s()) return 0.0;
    if (t < closing_s) return std::pow(std::sin(1.5707963 * t / closing_s), 2.0);
    if (t < closing_s + hold_s) return 1.0;
    const double x = (t - closing_s - hold_s) / opening_s;
    return std::exp(-3.0 * x) * (1.0 - x * x);
  }
  // A tenth of the way from a lid that stands at `level`.
  double onset_s(double level = 0.0) const {
    return start_s + closing_s * std::asin(std::sqrt(level + 0.1 * (1.0 - level))) / 1.5707963;
  }
};

struct Event {
  Kind kind = Kind::Full;
  std::vector<Movement> movements;  // each of them a blink to be found
};

struct Scene {
  double frames_per_second = 30.0;
  std::vector<Event> events;
  std::vector<ClosureRow> rows;
};

class SceneMaker {
 public:
  SceneMaker(double frames_per_second, double noise, std::uint32_t seed)
      : random_(seed), noise_(noise) {
    scene_.frames_per_second = frames_per_second;
  }

  Scene make(double duration_s) {
    std::size_t next = random_() % 8;
    for (double start_s = 2.0; start_s < duration_s - 3.0; start_s += uniform(2.5, 4.5)) {
      add(kKinds[next++ % 8], start_s);
    }
    fill_rows(duration_s);
    return scene_;
  }

 private:
  double uniform(double low, double high) {
    return low + (high - low) * static_cast<double>(random_()) / 4294967296.0;
  }

  Movement blink(double start_s) {
    Movement movement{start_s, uniform(0.05, 0.12), uniform(0.0, 0.06), uniform(0.15, 0.3), {}};
    const double depth = uniform(0.9, 1.0);
    movement.amplitude = {depth * uniform(0.92, 1.0), depth * uniform(0.92, 1.0)};
    return movement;
  }

  void add(Kind kind, double start_s) {
    Event event{kind, {blink(start_s)}};
    Movement& movement = event.movements.front();
    const double frame_s = 1.0 / scene_.frames_per_second;
    const Eye eye = random_() % 2 == 0 ? Eye::Right : Eye::Left;
    if (kind == Kind::Partial) {
      const double depth = uniform(0.4, 0.7);
      movement.amplitude = {depth * uniform(0.85, 1.0), depth * uniform(0.85, 1.0)};
      movement.hold_s = uniform(0.02, 0.06);
    } else if (kind == Kind::Wink) {
      movement.hold_s = uniform(0.15, 0.4);
      movement.amplitude[other(eye)] = uniform(0.0, 0.1);
    } else if (kind == Kind::Double) {
      movement.hold_s = 0.02;
      movement.opening_s = 0.3;
      event.movements.push_back(blink(movement.start_s + movement.closing_s + uniform(0.22, 0.3)));
    } else if (kind == Kind::FromLoweredLid) {
      lowered_.push_back({start_s - uniform(0.3, 0.6), 0.1, 1.0, 0.3, {kLowered, kLowered}});
    } else if (kind == Kind::Cut) {
      movement.hold_s = 0.1;
      const double from_s = start_s + movement.closing_s + uniform(0.0, 0.06) + frame_s;
      gaps_.push_back({from_s, from_s + uniform(0.4, 0.8)});
    } else if (kind == Kind::Glare) {  // on one lens, while the head turns
      event.movements.clear();
      Movement glare{start_s, frame_s, uniform(2.0, 4.0) * frame_s, frame_s, {0.0, 0.0}};
      glare.amplitude[eye] = uniform(0.5, 1.0);
      lowered_.push_back(glare);
      const double end_s = start_s + std::max(2.0 * frame_s, 0.08);  // no head turns faster
      jerks_.push_back({start_s - frame_s, end_s, uniform(0.03, 0.06)});
    } else if (kind == Kind::Jerk) {  // blurs both eyes for a frame or two
      event.movements.clear();
      const double speed = uniform(0.03, 0.05);
      const double seeming = uniform(0.3, 0.7) * speed / kOpening;
      lowered_.push_back({start_s, frame_s, 0.5 * frame_s, frame_s, {seeming, 0.8 * seeming}});
      jerks_.push_back({start_s - 2.0 * frame_s, start_s + 4.0 * frame_s, speed});
    }
    scene_.events.push_back(event);
  }

  void fill_rows(double duration_s) {
    std::normal_distribution<double> normal(0.0, 1.0);
    const double frame_s = 1.0 / scene_.frames_per_second;
    const double sway_s = uniform(5.0, 9.0);
    float x = 100.0f;
    for (std::int64_t frame = 0; frame_s * static_cast<double>(frame) < duration_s; ++frame) {
      ClosureRow row;
      row.frame = frame;
      row.time_s = frame_s * static_cast<double>(frame);
      for (const Eye eye : kEyes) {
        double fec = 0.05 * std::sin(6.28 * row.time_s / sway_s) + noise_ * normal(random_);
        double lid = 0.0;
        for (const Movement& m : lowered_)
          lid = std::max(lid, m.amplitude[eye] * m.shape(row.time_s));
        for (const Event& event : scene_.events) {
          for (const Movement& m : event.movements) {
            lid = std::max(lid, m.amplitude[eye] * m.shape(row.time_s));
          }
        }
        row.fec[eye] = static_cast<float>(fec + lid);
      }
      for (const Jerk& jerk : jerks_) {
        if (row.time_s >= jerk.begin_s && row.time_s <= jerk.end_s) {
          x += static_cast<float>(100.0 * jerk.speed);
        }
      }
      row.face_box = {x, 80.0f, 100.0f, 100.0f};
      for (const Gap& gap : gaps_) {
        if (row.time_s >= gap.begin_s && row.time_s <= gap.end_s) row.fec = kNeitherEye;
      }
      scene_.rows.push_back(row);
    }
  }

  struct Jerk {
    double begin_s, end_s, speed;
  };
  struct Gap {
    double begin_s, end_s;
  };
  std::mt19937 random_;
  double noise_;
  Scene scene_;
  std::vector<Movement> lowered_;
  std::vector<Jerk> jerks_;
  std::vector<Gap> gaps_;
};

struct Tally {
  int made = 0;
  int found = 0;
  int wrong_onsets = 0;  // by more than 1.2 frames and 12 ms
  int uncut = 0;         // of Cut
};

struct Score {
  std::map<Kind, Tally> of_kind;  // eyes counted one by one
  int false_blinks = 0;
};

void judge(const Scene& scene, Score& score) {
  std::vector<Blink> blinks = find_blinks(scene.rows);
  const double tolerance_s = 0.012 + 1.2 / scene.frames_per_second;
  for (const Event& event : scene.events) {
    Tally& tally = score.of_kind[event.kind];
    const double level = event.kind == Kind::FromLoweredLid ? kLowered : 0.0;
    for (const Movement& movement : event.movements) {
      for (const Eye eye : kEyes) {
        if (movement.amplitude[eye] < 0.2) continue;
        ++tally.made;
        const auto found = std::ranges::find_if(blinks, [&](const Blink& blink) {
          return blink.eye == eye && blink.peak_s >= movement.onset_s() - 0.5 * tolerance_s &&
                 blink.peak_s <= movement.end_s() && blink.onset_s <= movement.start_s + 0.2;
        });
        if (found == blinks.end()) continue;
        ++tally.found;
        tally.wrong_onsets += std::abs(found->onset_s - movement.onset_s(level)) > tolerance_s;
        tally.uncut += event.kind == Kind::Cut && !found->is_cut;
        blinks.erase(found);
      }
    }
  }
  score.false_blinks += static_cast<int>(blinks.size());
}

// Twelve minutes.
Score score_of(double frames_per_second, double noise) {
  Score score;
  for (std::uint32_t seed = 1; seed <= 6; ++seed) {
    judge(SceneMaker(frames_per_second, noise, seed).make(120.0), score);
  }
  return score;
}

TEST(BlinkScenes, EveryBlinkIsFoundAndNothingElse) {
  for (const double rate : {25.0, 30.0, 60.0, 120.0, 500.0}) {
    for (const double noise : {0.01, 0.03}) {
      const Score score = score_of(rate, noise);
      for (const auto& [kind, tally] : score.of_kind) {
        SCOPED_TRACE(std::string(kNames[static_cast<int>(kind)]) + " at " + std::to_string(rate) +
                     " frames/s, noise " + std::to_string(noise));
        const bool is_blink = kind != Kind::Glare && kind != Kind::Jerk;
        EXPECT_EQ(tally.made > 20, is_blink);
        EXPECT_EQ(tally.found, tally.made);
        EXPECT_LE(tally.wrong_onsets, tally.made / 20);
        EXPECT_EQ(tally.uncut, 0);
      }
      // A lid that stays lowered for half a second, where noise seems to lift it again.
      EXPECT_LE(score.false_blinks, noise < 0.02 ? 0 : 6) << rate;
    }
  }
}

TEST(BlinkScenes, NoiseOf6PerCentCostsOnsetsNotBlinks) {
  for (const double rate : {25.0, 30.0, 60.0}) {
    const Score score = score_of(rate, 0.06);
    for (const auto& [kind, tally] : score.of_kind) {
      EXPECT_GE(tally.found, tally.made - tally.made / 50) << kNames[static_cast<int>(kind)];
      EXPECT_LE(tally.wrong_onsets, tally.made / 5) << kNames[static_cast<int>(kind)];
    }
    EXPECT_LE(score.false_blinks, 12) << rate;
  }
}

}  // namespace
}  // namespace eyelid::closure
