// SPDX-License-Identifier: MIT
// Pictures of the renderer to look at, and how well dlib's face detector takes them for faces.
//
//   eyelid_synthesis_preview frames DIR FIRST_SEED SEEDS FRAMES [pose] [flicker] [noise] [glasses]
//   eyelid_synthesis_preview portraits DIR FIRST_SEED COUNT
//
// Writes PGM files and one line per picture: name, boxes found, overlap with the truth.
#include <dlib/image_processing/frontal_face_detector.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>

#include "eyelid/synthesis/portrait.hpp"
#include "eyelid/synthesis/session_renderer.hpp"

namespace {

using namespace eyelid;

void write_pgm(const std::string& path, const GrayImage& image) {
  std::ofstream file(path, std::ios::binary);
  file << "P5\n" << image.width() << ' ' << image.height() << "\n255\n";
  for (int y = 0; y < image.height(); ++y) {
    file.write(reinterpret_cast<const char*>(image.row(y)), image.width());
  }
}

class Detector {
 public:
  Detector() : detector_(dlib::get_frontal_face_detector()) {}

  /// Counts a picture whose only detection lies on the face.
  bool finds(const std::string& name, const GrayImage& image, const Rect& face) {
    dlib::array2d<unsigned char> copy(image.height(), image.width());
    for (int y = 0; y < image.height(); ++y) {
      std::memcpy(&copy[y][0], image.row(y), static_cast<std::size_t>(image.width()));
    }
    const auto boxes = detector_(copy);
    float overlap = 0.0f;
    for (const dlib::rectangle& box : boxes) {
      const Rect found{static_cast<float>(box.left()),
                       static_cast<float>(box.top()),
                       static_cast<float>(box.width()),
                       static_cast<float>(box.height())};
      overlap = std::max(overlap, iou(found, face));
    }
    const bool is_found = boxes.size() == 1 && overlap > 0.4f;
    std::printf("%s boxes %zu iou %.2f%s  face %.0f %.0f %.0f %.0f\n",
                name.c_str(),
                boxes.size(),
                static_cast<double>(overlap),
                is_found ? "" : " MISSED",
                static_cast<double>(face.x),
                static_cast<double>(face.y),
                static_cast<double>(face.width),
                static_cast<double>(face.height));
    return is_found;
  }

 private:
  dlib::frontal_face_detector detector_;
};

int run(int count, char** words) {
  const std::string what = words[1];
  const std::string folder = words[2];
  const auto first = static_cast<std::uint64_t>(std::atoll(words[3]));
  const int seeds = std::atoi(words[4]);
  int pictures = 0;
  int found = 0;
  double render_s = 0.0;
  Detector detector;
  const auto now = [] { return std::chrono::steady_clock::now(); };
  const auto seconds_since = [&](auto start) {
    return std::chrono::duration<double>(now() - start).count();
  };
  for (std::uint64_t seed = first; seed < first + static_cast<std::uint64_t>(seeds); ++seed) {
    if (what == "portraits") {
      const auto start = now();
      const synthesis::Portrait portrait = synthesis::render_portrait(seed);
      render_s += seconds_since(start);
      const std::string name = "portrait_" + std::to_string(seed);
      write_pgm(folder + "/" + name + ".pgm", portrait.image);
      found += detector.finds(name, portrait.image, portrait.face_box);
      ++pictures;
      continue;
    }
    const int frames = std::atoi(words[5]);
    synthesis::SessionOptions options;
    options.seed = seed;
    for (int i = 6; i < count; ++i) {
      options.with_pose |= std::string(words[i]) == "pose";
      options.with_flicker |= std::string(words[i]) == "flicker";
      options.with_noise |= std::string(words[i]) == "noise";
      options.with_glasses |= std::string(words[i]) == "glasses";
    }
    const synthesis::SessionRenderer session(options);
    GrayImage image;
    for (int i = 0; i < frames; ++i) {
      const std::int64_t frame = session.frame_count() * i / frames;
      const auto start = now();
      session.render(frame, image);
      render_s += seconds_since(start);
      const std::string name = std::to_string(seed) + "_" + std::to_string(frame);
      write_pgm(folder + "/" + name + ".pgm", image);
      found += detector.finds(name, image, session.truth(frame).face_box);
      ++pictures;
    }
  }
  std::printf(
      "found %d of %d, %.2f ms per picture\n", found, pictures, 1000.0 * render_s / pictures);
  return 0;
}

}  // namespace

int main(int count, char** words) {
  if (count < 5 || (std::string(words[1]) == "frames" && count < 6)) {
    std::fprintf(stderr, "see the head of preview.cpp\n");
    return 2;
  }
  return run(count, words);
}
