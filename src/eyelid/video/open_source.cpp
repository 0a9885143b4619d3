// SPDX-License-Identifier: MIT
#include <string>
#include <utility>

#include "eyelid/core/error.hpp"
#include "eyelid/video/clip_decoder.hpp"
#include "eyelid/video/clips.hpp"
#include "eyelid/video/folder_listing.hpp"
#include "eyelid/video/frame_source.hpp"
#include "eyelid/video/image_sequence.hpp"
#include "eyelid/video/read_ahead.hpp"
#include "eyelid/video/video_decoder.hpp"

namespace eyelid::video {
namespace {

namespace fs = std::filesystem;

std::unique_ptr<FrameDecoder> open_clip(const ClipInputs& inputs, const SourceOptions& options) {
  const std::string name = inputs.front().string();
  if (inputs.size() > 1) {
    return std::make_unique<ImageSequence>(
        inputs,
        name + " and " + std::to_string(inputs.size() - 1) + " more",
        "image list",
        options);
  }
  if (fs::is_directory(status_of(inputs.front()))) {
    return std::make_unique<ImageSequence>(
        list_images(inputs.front()), name, "image folder", options);
  }
  if (is_picture(inputs.front())) {
    return std::make_unique<ImageSequence>(inputs, name, "image", options);
  }
  return std::make_unique<VideoDecoder>(inputs.front(), options);
}

std::unique_ptr<FrameDecoder> make_decoder(const std::vector<fs::path>& inputs,
                                           const SourceOptions& options) {
  std::vector<ClipInputs> clips = clips_of(inputs);
  if (clips.size() == 1) return open_clip(clips.front(), options);
  return std::make_unique<ClipDecoder>(std::move(clips), open_clip, options);
}

}  // namespace

std::vector<fs::path> list_images(const fs::path& folder) {
  std::vector<fs::path> pictures = list_folder(folder, has_picture_extension);
  if (pictures.empty()) {
    throw InputError(
        folder.string() +
        ": no pictures in this folder, expected .jpg, .png, .pgm, .tif, or .bmp files");
  }
  return pictures;
}

std::unique_ptr<FrameSource> open_source(const std::vector<fs::path>& inputs,
                                         const SourceOptions& options) {
  EYELID_EXPECTS(!inputs.empty());
  EYELID_EXPECTS(options.frames_per_second.value_or(1.0) > 0.0);
  EYELID_EXPECTS(options.bits.value_or(8) >= 8 && options.bits.value_or(16) <= 16);
  EYELID_EXPECTS(options.read_ahead >= 1);
  EYELID_EXPECTS(options.decoder_threads >= 0);
  return std::make_unique<ReadAheadSource>(make_decoder(inputs, options), options.read_ahead);
}

}  // namespace eyelid::video
