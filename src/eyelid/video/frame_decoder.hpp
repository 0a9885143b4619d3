// SPDX-License-Identifier: MIT
#pragma once

#include "eyelid/core/session.hpp"
#include "eyelid/video/frame_source.hpp"

namespace eyelid::video {

/// Decodes frame by frame in the calling thread; ReadAheadSource makes it a FrameSource.
class FrameDecoder {
 public:
  virtual ~FrameDecoder() = default;
  /// Fixed once the first frame has been decoded.
  virtual const SourceInfo& info() const = 0;
  /// Decodes the next good frame into `frame`, reusing its image; false at the end. Throws
  /// InputError if there is no frame at all.
  virtual bool decode(Frame& frame) = 0;
  /// What happened so far; complete once decode() has returned false.
  virtual SourceReport report() const = 0;
  /// Makes a running decode() return soon. From any thread; irreversible.
  virtual void stop() = 0;
};

/// Maximum number of warnings per recording.
inline constexpr std::size_t kMaxWarnings = 20;

}  // namespace eyelid::video
