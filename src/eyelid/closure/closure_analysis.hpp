// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <optional>

#include "eyelid/closure/trace.hpp"
#include "eyelid/core/blink.hpp"
#include "eyelid/core/calibration.hpp"
#include "eyelid/core/session.hpp"

namespace eyelid::closure {

/// Half the span of the smoothing filter. The figures behind the choice: README.md of this room.
inline constexpr double kFilterHalfSpan_s = 0.014;

struct ClosureOptions {
  /// Levels to use instead of the recording's own.
  std::optional<Calibration> calibration;
  /// Each value becomes the center of a parabola fitted to its neighbors within this time; nothing
  /// is smoothed where they are fewer than five (below about 140 frames/s) or when it is 0.
  double filter_half_span_s = kFilterHalfSpan_s;
};

/// From eye aspect ratios to FEC and blinks, of a whole recording, offline. Clips of a session
/// share one calibration; nothing else crosses their borders.
///
/// `on_sample` gets one row per record, in order; `on_blink` gets the blinks in order of onset,
/// each after the rows it spans. EyelidSample::is_valid says that the frame itself was measured; a
/// row filled over a short gap has is_valid false, is_interpolated true and a FEC.
///
/// Reads the trace several times; memory does not depend on its length. The result does not depend
/// on anything but the records and the options.
///
/// Errors: InputError when times are not finite or do not increase.
/// Definitions and sources: README.md of this room and the headers it lists.
ClosureSummary analyze_closure(TraceSpool& trace,
                               const ClosureOptions& options,
                               const std::function<void(const EyelidSample&)>& on_sample,
                               const std::function<void(const Blink&)>& on_blink);

}  // namespace eyelid::closure
