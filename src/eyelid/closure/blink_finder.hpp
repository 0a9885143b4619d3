// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <vector>

#include "eyelid/closure/rest_level.hpp"
#include "eyelid/core/blink.hpp"

namespace eyelid::closure {

/// A blink reaching this FEC is Full: four fifths closed, the limit of P80 (Wierwille 1994).
inline constexpr float kFullClosure = 0.8f;
/// Smallest amplitude of a blink in FEC. JeFaPaTo asks for 0.05 of EAR prominence, about 0.2 of
/// the range of an eye.
inline constexpr float kMinAmplitude = 0.2f;
/// Or this many standard deviations of the noise at rest, whichever is larger ...
inline constexpr float kMinAmplitudeInNoise = 5.0f;
/// ... but no more than this, or 2.5 deviations: full blinks must be found in any noise.
inline constexpr float kMaxAmplitudeThreshold = 0.5f;
inline constexpr float kMaxAmplitudeThresholdInNoise = 2.5f;

/// Smallest amplitude searched for in a trace with this noise at rest (RestNoise).
float min_amplitude(float rest_noise);

/// One frame of the trace of one eye; `fec` is not a number where it is not available.
struct FecPoint {
  std::int64_t frame = 0;
  double time_s = 0.0;
  float fec = 0.0f;
};

/// Finds candidate blinks in the FEC trace of one eye, streaming, in constant memory;
/// BinocularBlinkFinder decides which of them count.
///
/// A blink is a rise of at least `min_amplitude` above the rest level (median of the latest
/// second outside blinks; at least 50 ms of it must be seen) that comes down again. With
/// `amplitude` = peak FEC - rest level:
///  - onset: last upward crossing of rest + 10 % of the amplitude before the rise (searched
///    backwards, at most 500 ms), offset: first downward crossing of it after the peak; both
///    interpolated in time, so that 30 frames/s do not mean 33 ms steps. `onset_frame` and
///    `offset_frame` are the first and last frame above;
///  - two peaks are two blinks if FEC falls below half the amplitude between them and rises again
///    by `min_amplitude`; the second begins at the valley if that lies above its onset level;
///  - half width: between the first upward and the last downward crossing of half the
///    amplitude; at least 30 ms (10 ms of a cut blink);
///  - an eye that has reopened by 30 % of the amplitude and then stays (no 10 % further for 300 ms)
///    ends the blink at that level: lids often rest lower afterwards;
///  - a rise below kFullClosure that stays up for 1 s is a new rest level (gaze down), no blink; an
///    eye that is shut stays one Full event however long (its half width tells).
///
/// A gap, or an end of the recording, may hide a part of a blink, which is then cut
/// (Blink::is_cut):
///  - it ends in a gap: the last point seen is its offset, or, for an eye that has reopened by 30 %
///    and stayed for 100 ms, where it stopped. Reported when it was seen to reopen by
///    `min_amplitude`, or rose by 0.5: a smaller rise may have become anything;
///  - an eye above half the amplitude on both sides of a gap of at most 300 ms was shut all the
///    time: one blink;
///  - the eye is half closed or more at first sight: onset is the first point seen, rest is FEC 0.
///    Reported when it is Full.
///
/// Sources: onset search as in kayla-fernando/Eyelid-conditioning-analysis; the half-height width
/// and prominence as in JeFaPaTo (JOSS 2024); hysteresis as in pyblinker.
class BlinkFinder {
 public:
  struct Options {
    Eye eye = Eye::Right;
    float min_amplitude = kMinAmplitude;
  };
  /// `floor_fec` is the mean FEC within 5 % of the amplitude below the peak: less sensitive to
  /// noise than the peak itself. Not available when a blink was cut before the lid stopped.
  using Sink = std::function<void(const Blink&, float floor_fec)>;
  BlinkFinder(const Options& options, Sink sink);

  /// `starts_segment`: nothing before it belongs to it (a gap).
  void push(const FecPoint& point, bool starts_segment);
  /// After the last point of the recording or of a clip; points that follow continue no blink.
  void finish();

  /// No blink that later pushes find begins before this.
  double earliest_onset_s() const;

 private:
  // A point of time on the line between two frames.
  struct Crossing {
    std::int64_t frame = 0;
    double time_s = 0.0;
  };
  struct Event {
    float rest = 0.0f;
    std::vector<FecPoint> rise;  // from before the onset on; bounded
    std::size_t entered = 0;     // index in rise of the point that began the event
    bool has_full_history = false;
    bool is_cut = false;
    bool is_peak_at_cut = false;  // the frame before or after the peak was not seen
    FecPoint peak;
    FecPoint low;              // since the peak
    FecPoint progress;         // last step of 10 % of the amplitude downwards
    double last_shut_s = 0.0;  // when FEC was last near kFullClosure or above
    std::optional<Crossing> half_down;
    std::array<std::int32_t, 256> counts{};  // how often each FEC was met, in steps of 0.01
    float amplitude() const { return peak.fec - rest; }
  };

  void end_segment();
  bool begin_segment(const FecPoint& point);
  void begin_cut_event(const FecPoint& point);
  void give_up_cut_event();
  void rest(const FecPoint& point);
  void begin_event(const FecPoint& point, float rest_level, std::int64_t from_frame);
  void follow_event(const FecPoint& point);
  bool has_settled(const FecPoint& point);
  bool has_reopened() const;
  void complete(const Crossing& offset);
  static float floor_of(const Event& event);
  static bool is_bottom_seen(const Event& event);
  void return_to_rest(const FecPoint& point);
  void remember(const FecPoint& point);

  Options options_;
  Sink sink_;
  RestLevel rest_level_;
  std::deque<FecPoint> recent_;  // the latest 500 ms of this segment
  std::optional<Event> event_;
  std::optional<Event> cut_event_;  // a gap has begun; the next segment may continue it
  FecPoint last_;                   // before the one being pushed
  float lowest_since_blink_ = -HUGE_VALF;
  bool has_full_history_ = false;  // recent_ reaches back to its limit, not to a gap
};

}  // namespace eyelid::closure
