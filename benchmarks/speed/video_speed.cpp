// SPDX-License-Identifier: MIT
// Frames per second of reading and writing video, and the memory of reading.
//   video_speed read FILE...             decode everything, best and median of 5
//   video_speed write KIND SECONDS FILE  640x480 at 500 fps; KIND ffv1, ffvhuff or overlay
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "eyelid/core/error.hpp"
#include "eyelid/core/statistics.hpp"
#include "eyelid/core/stopwatch.hpp"
#include "eyelid/films/video_writer.hpp"
#include "eyelid/video/frame_source.hpp"

namespace {

double processor_s() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

long peak_memory_mib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss / 1024;
}

void read(const std::string& path) {
  std::vector<double> rates;
  std::int64_t frames = 0;
  const double processor_before_s = processor_s();
  for (int run = 0; run < 5; ++run) {
    const eyelid::Stopwatch stopwatch;
    const auto source = eyelid::video::open_source({path});
    eyelid::video::Frame frame;
    for (frames = 0; source->next(frame); ++frames) {
    }
    rates.push_back(static_cast<double>(frames) / stopwatch.seconds());
  }
  fmt::print(
      "{}: {} frames, {:.0f} frames/s best, {:.0f} median; {:.2f} ms of processor per frame; "
      "peak memory so far {} MiB\n",
      path,
      frames,
      *std::max_element(rates.begin(), rates.end()),
      eyelid::median_of(rates),
      1e3 * (processor_s() - processor_before_s) / (5.0 * static_cast<double>(frames)),
      peak_memory_mib());
}

/// A disc that opens and closes on a lit ground with two gray levels of sensor noise: smooth
/// where faces are smooth, and as hard to pack as a camera's picture.
void draw(int index, std::uint32_t& noise, eyelid::GrayImage& image) {
  for (int y = 0; y < 480; ++y) {
    for (int x = 0; x < 640; ++x) {
      noise = noise * 1664525u + 1013904223u;
      const int lid = (index % 250) - 125;
      const bool is_eye = (x - 320) * (x - 320) + 4 * (y - 240) * (y - 240) < 90 * 90 &&
                          std::abs(y - 240) < std::abs(lid) / 3;
      const int value = (is_eye ? 60 : 110 + x / 12 + y / 20) + static_cast<int>(noise >> 30) +
                        static_cast<int>(noise >> 28 & 3);
      image.row(y)[x] = static_cast<std::uint8_t>(value);
    }
  }
}

void write(const std::string& kind_name, double seconds, const std::string& path) {
  using eyelid::films::VideoKind;
  const VideoKind kind = kind_name == "ffv1"      ? VideoKind::kLosslessGray
                         : kind_name == "ffvhuff" ? VideoKind::kFastLosslessGray
                                                  : VideoKind::kOverlay;
  // A second of different frames, drawn before the clock starts.
  std::vector<eyelid::GrayImage> images;
  std::uint32_t noise = 1;
  for (int i = 0; i < 50; ++i) {
    images.emplace_back(640, 480);
    draw(5 * i, noise, images.back());
  }
  const int frames = static_cast<int>(500 * seconds);
  const double processor_before_s = processor_s();
  const eyelid::Stopwatch stopwatch;
  eyelid::films::VideoWriter writer(
      path, {.kind = kind, .width = 640, .height = 480, .frames_per_second = 500});
  for (int i = 0; i < frames; ++i) writer.write(images[static_cast<std::size_t>(i) % 50]);
  writer.finish();
  fmt::print("{} ({}): {} frames, {:.0f} frames/s; {:.2f} ms of processor per frame\n",
             path,
             writer.encoder(),
             frames,
             frames / stopwatch.seconds(),
             1e3 * (processor_s() - processor_before_s) / frames);
}

}  // namespace

int main(int count, char** arguments) {
  const std::vector<std::string> words(arguments + 1, arguments + count);
  try {
    if (words.size() >= 2 && words[0] == "read") {
      for (std::size_t i = 1; i < words.size(); ++i) read(words[i]);
      return 0;
    }
    if (words.size() == 4 && words[0] == "write") {
      write(words[1], std::atof(words[2].c_str()), words[3]);
      return 0;
    }
  } catch (const eyelid::Error& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
  fmt::print(stderr, "video_speed read FILE... | write ffv1|ffvhuff|overlay SECONDS FILE\n");
  return 2;
}
