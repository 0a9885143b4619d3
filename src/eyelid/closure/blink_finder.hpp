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

/// Smallest amplitude of a blink in FEC. JeFaPaTo asks for 0.05 of EAR prominence, about 0.2 of
/// the range of an eye.
inline constexpr float kMinAmplitude = 0.2f;
/// Or this many standard deviations of the noise at rest, whichever is larger ...
inline constexpr float kMinAmplitudeInNoise = 5.0f;
/// ... but no more than this, or 2.5 deviations: full blinks must be found in any noise.
inline constexpr float kMaxAmplitudeThreshold = 0.5f;
inline constexpr float kMaxAmplitudeThresholdInNoise = 2.5f;

/// Smallest amplitude that counts in a trace with this noise (TraceNoise).
float min_amplitude(float noise);

/// The same of an eye whose other eye blinks at the same time: where to look is known then, and
/// three deviations are more than noise does in those few frames.
inline constexpr float kMinSharedAmplitudeInNoise = 3.0f;
float min_shared_amplitude(float noise);

/// How far noise alone may seem to reopen an eye that is shut for kShut_s: the range of as many
/// values as there are frames then.
inline constexpr double kShut_s = 0.2;
float min_valley(float noise, double frame_interval_s);

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
/// `amplitude` = peak FEC - base, the level that the lid last rose from:
///  - last rise: back in time from half way to the peak, as long as the lid has moved by 10 %
///  within
///    150 ms, the longest a lid takes to close. The base is the level it stood at before, if that
///    is 10 % above rest (a lowered lid, a blink that did not open again), else rest;
///  - onset: last upward crossing of base + 10 % of the amplitude in that rise (searched backwards,
///    at most 500 ms), offset: first downward crossing of it after the peak; both interpolated in
///    time, so that 30 frames/s do not mean 33 ms steps. `onset_frame` and `offset_frame` are the
///    first and last frame above;
///  - two peaks are two blinks if the eye clearly reopens between them: by a third of the amplitude
///    (of 1 at most) and `min_valley`, in two frames and 10 ms, and closes as much again. The
///    second begins at the valley if that lies above its onset level;
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
///    and stayed for 100 ms, where it stopped;
///  - an eye above half the amplitude on both sides of a gap of at most 300 ms was shut all the
///    time: one blink;
///  - the eye is half closed or more at first sight: onset is the first point seen, rest is FEC 0.
///
/// Sources: onset search as in kayla-fernando/Eyelid-conditioning-analysis; the half-height width
/// and prominence as in JeFaPaTo (JOSS 2024); hysteresis as in pyblinker; durations: Kwon et al.
/// 2013.
class BlinkFinder {
 public:
  struct Options {
    Eye eye = Eye::Right;
    float min_amplitude = kMinAmplitude;
    float min_valley = kMaxAmplitudeThreshold;  // between two blinks
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
    float rest = 0.0f;           // before the event
    float base = 0.0f;           // before the last rise: rest, or the level the lid stood at
    std::vector<FecPoint> rise;  // from before the onset on; bounded
    std::optional<std::size_t> last_rise;  // its half way, in rise; once the peak is passed
    bool has_full_history = false;
    bool is_cut = false;
    bool is_peak_at_cut = false;  // the frame before or after the peak was not seen
    FecPoint peak;
    FecPoint low;           // since the peak
    int valley_points = 0;  // since the peak, half a clear valley below it
    double valley_begin_s = 0.0;
    double valley_end_s = 0.0;
    FecPoint progress;         // last step of 10 % of the amplitude downwards
    double last_shut_s = 0.0;  // when FEC was last near kFullClosure or above
    std::optional<Crossing> half_down;
    std::array<std::int32_t, 256> counts{};  // how often each FEC was met, in steps of 0.01
    float amplitude() const { return peak.fec - base; }
  };

  void end_segment();
  bool begin_segment(const FecPoint& point);
  void begin_cut_event(const FecPoint& point);
  void give_up_cut_event();
  void rest(const FecPoint& point);
  void begin_event(const FecPoint& point, float rest_level, std::int64_t from_frame);
  void follow_event(const FecPoint& point);
  void find_last_rise(Event& event) const;
  float clear_valley(const Event& event) const;
  bool is_reclosing(Event& event, const FecPoint& point) const;
  static void forget_valley(Event& event, const FecPoint& point);
  bool has_settled(const FecPoint& point);
  bool has_reopened() const;
  void complete(const Crossing& offset);
  static float floor_of(const Event& event);
  static bool is_bottom_seen(const Event& event);
  void return_to_rest(double from_s);
  void remember(const FecPoint& point);

  Options options_;
  Sink sink_;
  RestLevel rest_level_;
  std::deque<FecPoint> recent_;  // the latest 500 ms of this segment
  std::optional<Event> event_;
  std::optional<Event> cut_event_;  // a gap has begun; the next segment may continue it
  FecPoint last_;                   // before the one being pushed
  float lowest_since_blink_ = -HUGE_VALF;
  std::int64_t rest_from_frame_ = 0;  // after the latest event
  bool has_full_history_ = false;     // recent_ reaches back to its limit, not to a gap
};

}  // namespace eyelid::closure
