// SPDX-License-Identifier: MIT
// Any bytes as an annotation file: pictures or one InputError. The first byte chooses the format.
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "eyelid/core/error.hpp"
#include "eyelid/evaluation/annotated_pictures.hpp"

namespace {

namespace fs = std::filesystem;

struct Format {
  const char* name;
  const char* file;     // what the bytes are written to, in a folder of their own
  bool is_given_alone;  // the dataset is the file, not its folder
};
// Text and XML. The others belong to SQLite and matio, which are not ours to fuzz.
constexpr std::array<Format, 7> kFormats = {{{"300w", "1.pts", false},
                                             {"wflw", "list_98pt_rect.txt", false},
                                             {"wider", "wider_face_val_bbx_gt.txt", false},
                                             {"fddb", "ellipseList.txt", false},
                                             {"bioid", "1.eye", false},
                                             {"jsonl", "faces.jsonl", true},
                                             {"dlib", "faces.xml", true}}};

/// A folder in memory with a picture "1.jpg" wherever a reader may look for it.
const fs::path& folder_of(const Format& format) {
  // Never destroyed: it is used at the very end.
  static const fs::path& root = *[] {
    std::string name = "/dev/shm/eyelid-fuzz-XXXXXX";
    if (mkdtemp(name.data()) == nullptr) std::abort();
    std::atexit([] { fs::remove_all(root); });
    return new fs::path(name);
  }();
  static std::array<fs::path, kFormats.size()> folders;
  fs::path& folder = folders[static_cast<std::size_t>(&format - kFormats.data())];
  if (folder.empty()) {
    folder = root / format.name;
    fs::create_directories(folder / "images");
    std::ofstream(folder / "1.jpg") << "x";
    std::ofstream(folder / "images" / "1.jpg") << "x";
  }
  return folder;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1 || size > 100'000) return 0;
  const Format& format = kFormats[data[0] % kFormats.size()];
  const fs::path& folder = folder_of(format);
  const fs::path file = folder / format.file;
  std::ofstream(file, std::ios::binary)
      .write(reinterpret_cast<const char*>(data) + 1, static_cast<std::streamsize>(size) - 1);
  try {
    const auto set = eyelid::evaluation::read_annotated_pictures(
        std::string(format.name) + ":" + (format.is_given_alone ? file : folder).string());
    if (set.summary().empty() || set.missing_pictures > set.problems.size()) std::abort();
  } catch (const eyelid::InputError&) {
  }
  return 0;
}
