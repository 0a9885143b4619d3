// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "eyelid/closure/blink_finder.hpp"
#include "eyelid/core/blink.hpp"
#include "eyelid/core/eyelid_sample.hpp"

namespace eyelid::closure {

/// FEC of both eyes in one frame; not a number where it is not available.
struct ClosureRow {
  std::int64_t frame = 0;
  double time_s = 0.0;
  PerEye<float> fec = kNeitherEye;
  std::int32_t clip = 1;
};

/// Peaks of the two eyes this close (or 1.5 frames) belong to one blink of both.
inline constexpr double kSimultaneous_s = 0.075;
/// Half width, in frames, that a blink needs when no other eye confirms it: one wrong frame alone
/// gives exactly 1.
inline constexpr double kUnconfirmedHalfWidthInFrames = 1.2;
/// The same when the other eye is clearly seen and does not blink. Eyes blink together; a wink, or
/// a response of one eye, lasts longer than the frame or two of a slipped landmark.
inline constexpr double kLoneHalfWidthInFrames = 2.5;

/// Standard deviation of FEC at rest above which an eye is too small, blurred or hidden to be
/// trusted on its own, and the user is warned. Clear pictures: 0.01 to 0.1.
inline constexpr float kPoorNoise = 0.15f;

/// A blink of one eye alone needs this many deviations of the noise at rest instead of
/// kMinAmplitudeInNoise if it stays partial, or if the other eye is clearly seen and does not
/// blink: a reflection that crosses a lens looks just like it.
inline constexpr float kLoneAmplitudeInNoise = 8.0f;

/// A Full blink of this half width, in frames, is exempt from that: noise does not last that long.
inline constexpr double kHeldHalfWidthInFrames = 5.0;

/// Finds the blinks of both eyes, each with its own times (BlinkFinder), streaming.
///
/// A blink stands by itself when its amplitude is at least kLoneAmplitudeInNoise deviations of the
/// noise at rest, that noise at most kPoorNoise, and its half width at least kLoneHalfWidthInFrames
/// frames; while the other eye is hidden or its noise over kPoorNoise,
/// kUnconfirmedHalfWidthInFrames and, if Full, kMinAmplitudeInNoise suffice, the latter also
/// for a Full one of kHeldHalfWidthInFrames. Any other stands
/// when the other eye blinks at the same time: peaks within kSimultaneous_s, or an overlap of half
/// the longer of the two. At 25 frames/s a real blink may show in one frame only; and landmark
/// noise of a poor picture, which no threshold tells from blinks, rarely strikes both eyes at once.
/// Winks and one-sided responses are found where the picture allows.
///
/// A rise whose peak stays below a FEC of kMinAmplitude is not a blink: an eye that was wide open
/// has returned to its open level.
///
/// `sink` gets the blinks in order of onset, right before left, each after the rows it spans.
/// Memory does not depend on the length of the trace.
class BinocularBlinkFinder {
 public:
  struct Options {
    PerEye<float> rest_noise;  // RestNoise
    double frame_interval_s = 0.0;
  };
  using Sink = std::function<void(const Blink&)>;
  BinocularBlinkFinder(const Options& options, Sink sink);
  BinocularBlinkFinder(const BinocularBlinkFinder&) = delete;
  BinocularBlinkFinder& operator=(const BinocularBlinkFinder&) = delete;

  /// The flags say that nothing before belongs to that eye's value (a gap).
  void push(const ClosureRow& row, const PerEye<bool>& starts_segment);
  /// After the last row of the recording or of a clip; rows that follow continue no blink.
  void finish();

 private:
  enum class Verdict { Waiting, Accepted, Rejected };
  struct Candidate {
    Blink blink;
    bool is_settled = false;  // delivered or rejected
  };

  void add_candidate(const Blink& blink);
  void deliver();
  Verdict verdict_on(const Blink& blink) const;
  double nearness_s() const;
  bool stands_alone(const Blink& blink) const;
  bool is_other_eye_clear(const Blink& blink) const;
  bool are_simultaneous(const Blink& a, const Blink& b) const;

  Options options_;
  Sink sink_;
  std::vector<Candidate> candidates_;  // in order of onset; a few seconds' worth
  PerEye<BlinkFinder> finders_;
  PerEye<double> last_seen_s_{-HUGE_VAL, -HUGE_VAL};  // latest value of each eye
};

/// All blinks of a trace that comes with FEC, by the definition `track` uses: median frame
/// interval, noise, then BinocularBlinkFinder. Gaps as in max_bridge_s(), and between clips.
/// Errors: InputError when times are not finite or do not increase.
std::vector<Blink> find_blinks(std::span<const ClosureRow> trace);

}  // namespace eyelid::closure
