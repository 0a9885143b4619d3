// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "eyelid/core/error.hpp"
#include "eyelid/video/frame_source.hpp"
#include "eyelid/video/image_sequence.hpp"
#include "eyelid/video/natural_order.hpp"
#include "eyelid/video/picture.hpp"
#include "eyelid/video/read_ahead.hpp"
#include "eyelid/video/video_decoder.hpp"

namespace eyelid::video {
namespace {

namespace fs = std::filesystem;

std::string lower_extension(const fs::path& path) {
  std::string extension = path.extension().string();
  for (char& c : extension) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return extension;
}

bool has_picture_extension(const fs::path& path) {
  constexpr std::array<std::string_view, 12> kExtensions = {".jpg",
                                                            ".jpeg",
                                                            ".png",
                                                            ".pgm",
                                                            ".ppm",
                                                            ".pnm",
                                                            ".pbm",
                                                            ".pam",
                                                            ".tif",
                                                            ".tiff",
                                                            ".bmp",
                                                            ".webp"};
  const std::string extension = lower_extension(path);
  return std::find(kExtensions.begin(), kExtensions.end(), extension) != kExtensions.end();
}

/// By content; raw Motion JPEG begins like a single picture, so the name decides.
bool is_picture(const fs::path& path) {
  const PictureKind kind = picture_kind(path);
  // APNG is a video to FFmpeg; other files of several pictures are refused by their number.
  if (kind == PictureKind::kPng && pictures_in(path) > 1) return false;
  if (kind == PictureKind::kJpeg) {
    const std::string extension = lower_extension(path);
    return extension != ".mjpeg" && extension != ".mjpg";
  }
  return kind != PictureKind::kNone;
}

fs::file_status status_of(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) {
    throw InputError(path.string() +
                     ": no such file or folder, expected a video, a picture or a folder of "
                     "pictures");
  }
  if (error) {
    throw InputError(path.string() + ": cannot be accessed (" + error.message() +
                     "), expected a readable file or folder");
  }
  return status;
}

std::unique_ptr<FrameDecoder> make_decoder(const std::vector<fs::path>& inputs,
                                           const SourceOptions& options) {
  const std::string name = inputs.front().string();
  if (inputs.size() == 1) {
    if (fs::is_directory(status_of(inputs.front()))) {
      return std::make_unique<ImageSequence>(
          list_images(inputs.front()), name, "image folder", options);
    }
    if (is_picture(inputs.front())) {
      return std::make_unique<ImageSequence>(inputs, name, "image", options);
    }
    return std::make_unique<VideoDecoder>(inputs.front(), options);
  }
  for (const fs::path& input : inputs) {
    if (fs::is_directory(status_of(input))) {
      throw InputError(input.string() +
                       ": a folder among several inputs, expected one folder or only picture "
                       "files");
    }
    if (!is_picture(input) && !has_picture_extension(input)) {
      throw InputError(input.string() +
                       ": not a picture among several inputs, expected one video or only picture "
                       "files");
    }
  }
  return std::make_unique<ImageSequence>(
      inputs, name + " and " + std::to_string(inputs.size() - 1) + " more", "image list", options);
}

}  // namespace

std::vector<fs::path> list_images(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> pictures;
  auto entry = fs::directory_iterator(folder, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    const fs::path& path = entry->path();
    // Hidden files are thumbnails and resource forks ("._img1.jpg").
    if (path.filename().string().front() == '.' || !has_picture_extension(path)) continue;
    std::error_code ignored;
    if (entry->is_regular_file(ignored)) pictures.push_back(path);
  }
  if (error) {
    throw InputError(folder.string() + ": cannot be listed (" + error.message() +
                     "), expected a folder of pictures");
  }
  if (pictures.empty()) {
    throw InputError(
        folder.string() +
        ": no pictures in this folder, expected .jpg, .png, .pgm, .tif, or .bmp files");
  }
  std::sort(pictures.begin(), pictures.end(), [](const fs::path& a, const fs::path& b) {
    return comes_before(a.filename().string(), b.filename().string());
  });
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
