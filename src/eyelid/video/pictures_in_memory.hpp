// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "eyelid/core/session.hpp"
#include "eyelid/video/array_picture.hpp"
#include "eyelid/video/frame_source.hpp"

namespace eyelid::video {

/// A recording whose pictures a caller holds.
struct PicturesInMemory {
  std::string name;  // for messages and SourceInfo::path
  /// In order; any sizes, all of 8 or all of 16 bits. The owner of the pixels must outlive every
  /// source that is opened on them.
  std::vector<ArrayPicture> pictures;
};

/// Opens such a recording. Times by the first that applies: SourceOptions::stamps, number / rate
/// given, number / 25 with a warning. Bits in use of 16: SourceOptions::bits, else those that hold
/// the largest value of all pictures, with a warning where they are fewer.
///
/// Throws InputError: no picture, one without pixels, too many stamps or too few, bits of pictures
/// that have 8, a choice of streams.
std::unique_ptr<FrameSource> open_pictures(const PicturesInMemory& recording,
                                           const SourceOptions& options);

/// What identifies the recording: `size`, in bytes of samples, and `sha256_ends`, of the samples of
/// the first and the last picture.
RecordingIdentity identity_of(const PicturesInMemory& recording);

}  // namespace eyelid::video
