// SPDX-License-Identifier: MIT
#include "eyelid/video/folder_listing.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "eyelid/core/error.hpp"
#include "eyelid/video/natural_order.hpp"

namespace eyelid::video {

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

fs::file_status status_of(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) {
    throw InputError(path.string() +
                     ": no such file or folder, expected a video, a picture or a folder of "
                     "videos or pictures");
  }
  if (error) {
    throw InputError(path.string() + ": cannot be accessed (" + error.message() +
                     "), expected a readable file or folder");
  }
  return status;
}

std::vector<fs::path> list_folder(const fs::path& folder,
                                  const std::function<bool(const fs::path&)>& is_wanted) {
  std::error_code error;
  std::vector<fs::path> files;
  auto entry = fs::directory_iterator(folder, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    const fs::path& path = entry->path();
    // Hidden files are thumbnails and resource forks ("._img1.jpg").
    if (path.filename().string().front() == '.' || !is_wanted(path)) continue;
    std::error_code ignored;
    if (entry->is_regular_file(ignored)) files.push_back(path);
  }
  if (error) {
    throw InputError(folder.string() + ": cannot be listed (" + error.message() +
                     "), expected a folder of pictures or films");
  }
  std::sort(files.begin(), files.end(), [](const fs::path& a, const fs::path& b) {
    return comes_before(a.filename().string(), b.filename().string());
  });
  return files;
}

}  // namespace eyelid::video
