// SPDX-License-Identifier: MIT
#pragma once

#include "eyelid/core/session.hpp"
#include "eyelid/video/frame_source.hpp"

namespace eyelid::video {

/// Decodes one frame after the other in the calling thread; ReadAheadSource puts it behind the door
/// FrameSource.
class FrameDecoder {
 public:
  virtual ~FrameDecoder() = default;
  /// Fixed once the first frame was decoded.
  virtual const SourceInfo& info() const = 0;
  /// Decodes the next good frame into `frame`, re-using its image; false at the end. Throws
  /// InputError when the end comes before any frame.
  virtual bool decode(Frame& frame) = 0;
  /// What was met so far; complete once decode() has returned false.
  virtual SourceReport report() const = 0;
  /// Makes a running decode() return soon. From any thread; there is no way back.
  virtual void stop() = 0;
};

/// At most this many sentences are kept per recording.
inline constexpr std::size_t kMaxWarnings = 20;

}  // namespace eyelid::video
