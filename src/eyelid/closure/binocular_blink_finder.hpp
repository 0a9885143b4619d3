// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <span>
#include <vector>

#include "eyelid/closure/blink_finder.hpp"
#include "eyelid/closure/trace_noise.hpp"
#include "eyelid/core/blink.hpp"
#include "eyelid/core/eyelid_sample.hpp"

namespace eyelid::closure {

inline constexpr Rect kNoBox{kNotAvailable, kNotAvailable, kNotAvailable, kNotAvailable};

/// FEC of both eyes in one frame; not a number where it is not available.
struct ClosureRow {
  std::int64_t frame = 0;
  double time_s = 0.0;
  PerEye<float> fec = kNeitherEye;
  std::int32_t clip = 1;
  Rect face_box = kNoBox;
};

/// Peaks of the two eyes this close (or 1.5 frames) belong to one blink of both.
inline constexpr double kSimultaneous_s = 0.075;
/// Half width, in frames, that a blink needs when no other eye confirms it: one wrong frame alone
/// gives exactly 1.
inline constexpr double kUnconfirmedHalfWidthInFrames = 1.2;
/// The same when the other eye is clearly seen and does not blink. Eyes blink together; a wink, or
/// a response of one eye, lasts longer than the frame or two of a slipped landmark. Not needed if
/// the closure is sudden: by kMaxAmplitudeThreshold or more, for at least 25 ms, of an eye that
/// rested for 300 ms, in a face whose box shows that the head did not jerk. Where one side of a
/// face is paralyzed, the other blinks alone, as briefly as ever.
inline constexpr double kLoneHalfWidthInFrames = 2.5;

/// Noise (TraceNoise::deviation) above which an eye is too small, blurred or hidden to be
/// trusted on its own, and the user is warned. Clear pictures: 0.01 to 0.1.
inline constexpr float kPoorNoise = 0.15f;

/// A blink of one eye alone needs this many deviations of the tail of the noise instead of
/// kMinAmplitudeInNoise if it stays partial, or if the other eye is clearly seen and does not
/// blink: a reflection that crosses a lens looks just like it.
inline constexpr float kLoneAmplitudeInNoise = 8.0f;

/// A Full blink of this half width, in frames, is exempt from that, and so is an eye more than half
/// closed for longer than a blink (a squint): noise does not last that long.
inline constexpr double kHeldHalfWidthInFrames = 5.0;

/// Height of an open eye in widths of the face box (EAR 0.3, eyes of 0.22): a head that moves by
/// it between two frames, both exposed all the time, blurs an eye from open to closed.
inline constexpr float kOpening = 0.065f;
/// Speed of the head, in widths of the face box per second, from which reflections cross lenses and
/// landmarks slip. At 30 frames/s it blurs a third of an opening.
inline constexpr double kFastHead_per_s = 0.6;

/// Finds the blinks of both eyes, each with its own times (BlinkFinder), streaming.
///
/// Two blinks at the same time (peaks within kSimultaneous_s, or an overlap of half the longer,
/// or, of a cut one, a peak that finds the other half way)
/// confirm each other when each reaches min_amplitude(). One that only reaches
/// min_shared_amplitude() needs an other eye that is not poor, whose peak finds it half way or
/// more, and the mean of both amplitudes must be far from the noise of the mean. A single eye is
/// confirmed in the same way by the trace of the other eye. The mean peak FEC must reach
/// kMinAmplitude (an eye that was wide open only returns to its open level) and, while the head is
/// fast, what blur does to an open eye. At 25 frames/s a real blink may show in one frame only.
///
/// A blink stands by itself (a wink, a response of one eye, the other eye hidden) when its
/// amplitude is at least kLoneAmplitudeInNoise deviations of the tail of the noise, the noise
/// itself at most kPoorNoise, its half width at least kLoneHalfWidthInFrames frames unless it is
/// sudden, and, beside an eye that is clearly seen, the head not fast while the eye closed; while
/// the other eye is hidden or poor, kUnconfirmedHalfWidthInFrames and, if Full,
/// kMinAmplitudeInNoise suffice, the latter also for a Full one of kHeldHalfWidthInFrames and for a
/// squint. Cut blinks alone must be Full if they began before they were seen, and reach 0.5 if they
/// were only seen to close.
///
/// Closures below a FEC of 0.5 in both eyes that last longer than a blink (a half width of 300 ms)
/// are left out: lids follow the gaze down by up to half.
///
/// `sink` gets the blinks in order of onset, right before left, each after the rows it spans.
/// Memory: 4 s of rows, and the blinks of one eye that wait while the other stays shut.
class BinocularBlinkFinder {
 public:
  struct Options {
    ClosureNoise noise;
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
    bool is_onset_seen = false;
    // FEC of the other eye; not a number where it was not seen or is too long ago.
    float other_at_peak = kNotAvailable;
    float other_before = 0.0f;             // open, where it was not seen before
    double head_speed_per_s = 0.0;         // the largest while the eye closes
    bool is_head_seen = false;             // at the peak
    float highest_before = kNotAvailable;  // of this eye, in the time before the onset
  };

  struct RecentRow {
    double time_s = 0.0;
    PerEye<float> fec;
    Rect face_box;
  };

  BlinkFinder make_finder(Eye eye);
  void remember(const ClosureRow& row);
  void add_candidate(const Blink& blink);
  void deliver();
  Verdict verdict_on(const Candidate& candidate) const;
  double nearness_s() const;
  double head_speed_per_s(std::size_t row) const;
  float median_of(Eye eye, double begin_s, double end_s) const;
  bool is_strong(const Blink& blink) const;
  bool are_closed(const Candidate& candidate, float other_fec) const;
  bool is_weak_closure(const Candidate& strong, float other_amplitude, float other_fec) const;
  bool confirm(const Candidate& a, const Candidate& b) const;
  bool is_confirmed_by_trace(const Candidate& candidate) const;
  bool stands_alone(const Candidate& candidate) const;
  static bool is_sudden(const Candidate& candidate);
  static bool is_gaze(const Candidate& candidate);
  bool is_other_eye_clear(const Candidate& candidate) const;
  bool are_simultaneous(const Candidate& a, const Candidate& b) const;
  static bool is_half_way(const Candidate& at, const Blink& other);

  Options options_;
  Sink sink_;
  std::vector<Candidate> candidates_;  // in order of onset; a few seconds' worth
  PerEye<BlinkFinder> finders_;
  std::deque<RecentRow> recent_;  // the latest 4 s
};

/// All blinks of a trace that comes with FEC, by the definition `track` uses: median frame
/// interval, noise, then BinocularBlinkFinder. Gaps as in max_bridge_s(), and between clips.
/// Errors: InputError when times are not finite or do not increase.
std::vector<Blink> find_blinks(std::span<const ClosureRow> trace);

}  // namespace eyelid::closure
