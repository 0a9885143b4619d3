// SPDX-License-Identifier: MIT
#include "eyelid/video/clips.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <string>
#include <string_view>

#include "eyelid/core/error.hpp"
#include "eyelid/video/folder_listing.hpp"
#include "eyelid/video/picture.hpp"

namespace eyelid::video {
namespace {

namespace fs = std::filesystem;

bool has_film_extension(const fs::path& path) {
  constexpr std::array<std::string_view, 23> kExtensions = {
      ".mp4",  ".avi", ".mkv", ".mov",   ".m4v",  ".webm", ".mj2", ".mpg",
      ".mpeg", ".wmv", ".asf", ".mjpeg", ".mjpg", ".ts",   ".mts", ".m2ts",
      ".flv",  ".ogv", ".3gp", ".dv",    ".y4m",  ".gif",  ".apng"};
  return std::ranges::find(kExtensions, lower_extension(path)) != kExtensions.end();
}

std::vector<fs::path> films_in(const fs::path& folder) {
  std::error_code error;
  const bool holds_results = fs::exists(folder / "session.json", error);
  return list_folder(folder, [&](const fs::path& path) {
    return has_film_extension(path) && !(holds_results && path.filename() == "overlay.mp4");
  });
}

/// The folder itself where it is one of pictures, else its films.
std::vector<fs::path> recordings_in(const fs::path& folder) {
  std::vector<fs::path> films = films_in(folder);
  const std::size_t pictures = list_folder(folder, has_picture_extension).size();
  if (films.empty() && pictures == 0) {
    throw InputError(folder.string() +
                     ": no pictures and no films in this folder, expected one kind of them (.jpg, "
                     ".png, .tif, .mp4, .avi, .mkv, ...)");
  }
  if (films.empty()) return {folder};
  if (pictures == 0) return films;
  throw InputError(fmt::format(
      "{}: holds films ({}) and pictures ({}), expected one kind (name the files to be measured)",
      folder.string(),
      films.size(),
      pictures));
}

}  // namespace

bool is_picture(const fs::path& path) {
  const PictureKind kind = picture_kind(path);
  // APNG is a video to FFmpeg; other files of several pictures are refused by their number.
  if (kind == PictureKind::kPng && is_animation(path)) return false;
  if (kind == PictureKind::kJpeg) {
    const std::string extension = lower_extension(path);
    return extension != ".mjpeg" && extension != ".mjpg";
  }
  return kind != PictureKind::kNone;
}

std::vector<ClipInputs> clips_of(const std::vector<fs::path>& inputs) {
  EYELID_EXPECTS(!inputs.empty());
  std::vector<ClipInputs> clips;
  ClipInputs pictures;
  for (const fs::path& input : inputs) {
    if (fs::is_directory(status_of(input))) {
      for (fs::path& recording : recordings_in(input)) clips.push_back({std::move(recording)});
    } else if (inputs.size() > 1 && (is_picture(input) || has_picture_extension(input))) {
      pictures.push_back(input);
    } else {
      clips.push_back({input});
    }
  }
  if (pictures.empty()) return clips;
  if (clips.empty()) return {pictures};
  throw InputError(pictures.front().string() + ": a picture beside " +
                   clips.front().front().string() +
                   ", expected only picture files, or only films and folders");
}

ClipInputs joined(const std::vector<ClipInputs>& clips) {
  ClipInputs inputs;
  for (const ClipInputs& clip : clips) std::ranges::copy(clip, std::back_inserter(inputs));
  return inputs;
}

}  // namespace eyelid::video
