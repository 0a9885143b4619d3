// SPDX-License-Identifier: MIT
// Takes frames of a camera and prints one JSON object about them, for tests.
//
//   eyelid_receive_frames ADDRESS FPS FRAMES [PACKET_SIZE]
//
// Ends after FRAMES numbers, or when the camera is gone. Each complete picture must be a rendered
// one and its first four bytes the number of its exposure (gige_camera.cpp).
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <cstring>
#include <vector>

#include "eyelid/camera/camera.hpp"
#include "eyelid/core/error.hpp"
#include "eyelid/core/monotonic_clock.hpp"

namespace {

using eyelid::camera::Arrival;

int run(int argc, char** argv) {
  if (argc < 4) return 2;
  eyelid::camera::CameraSettings settings;
  settings.frames_per_second = std::atof(argv[2]);
  settings.exposure_us = 500.0;
  settings.region = eyelid::camera::Region{0, 0, 640, 480};
  if (argc > 4) settings.packet_size = std::atoi(argv[4]);
  const auto wanted = static_cast<std::uint64_t>(std::atoll(argv[3]));
  auto camera = eyelid::camera::open_camera(argv[1], settings);
  camera->start();

  nlohmann::json numbers = nlohmann::json::array();
  nlohmann::json incomplete = nlohmann::json::array();
  std::int64_t mislabeled = 0;
  std::int64_t flat = 0;
  std::int64_t first_ns = 0;
  std::int64_t last_ns = 0;
  std::int64_t stamps_back = 0;
  std::int64_t last_exposure_ns = 0;
  std::int64_t largest_gap_ns = 0;
  std::uint64_t first_number = 0;
  std::uint32_t first_made = 0;
  bool has_label = false;
  Arrival arrival = Arrival::Timeout;
  eyelid::camera::CameraFrame frame;
  for (;;) {
    arrival = camera->next(frame, std::chrono::milliseconds(100));
    if (arrival == Arrival::Gone) break;
    if (arrival == Arrival::Timeout) continue;
    if (numbers.empty()) {
      first_number = frame.number;
      first_ns = frame.arrival_ns;
    } else {
      largest_gap_ns = std::max(largest_gap_ns, frame.arrival_ns - last_ns);
    }
    numbers.push_back(frame.number);
    if (frame.exposure_ns <= last_exposure_ns) ++stamps_back;
    last_exposure_ns = frame.exposure_ns;
    last_ns = frame.arrival_ns;
    if (frame.picture.is_empty()) {
      incomplete.push_back(frame.number);
    } else {
      std::uint32_t made = 0;
      std::memcpy(&made, frame.picture.pixels, sizeof made);
      if (!has_label) {
        has_label = true;
        first_made = made - static_cast<std::uint32_t>(frame.number - first_number);
      }
      if (made - first_made != static_cast<std::uint32_t>(frame.number - first_number))
        ++mislabeled;
      const std::uint8_t* const row = frame.picture.row(240);
      if (row[100] == row[320] && row[200] == row[400]) ++flat;
    }
    const bool is_done = frame.number >= first_number + wanted - 1;
    camera->release();
    if (is_done) break;
  }
  const std::int64_t gone_ns = eyelid::monotonic_ns();
  const eyelid::camera::CameraInfo info = camera->info();
  nlohmann::json said = {{"address", info.address},
                         {"name", info.name},
                         {"rate", info.frames_per_second},
                         {"packet_size", info.packet_size.value_or(0)},
                         {"warnings", info.warnings},
                         {"numbers", numbers},
                         {"incomplete", incomplete},
                         {"mislabeled", mislabeled},
                         {"stamps_back", stamps_back},
                         {"flat", flat},
                         {"is_gone", arrival == Arrival::Gone},
                         {"seconds", static_cast<double>(last_ns - first_ns) * 1e-9},
                         {"largest_gap_ms", static_cast<double>(largest_gap_ns) * 1e-6},
                         {"silence_ms", static_cast<double>(gone_ns - last_ns) * 1e-6},
                         {"statistics", camera->driver_statistics()}};
  camera.reset();
  said["closing_ms"] = static_cast<double>(eyelid::monotonic_ns() - gone_ns) * 1e-6;
  fmt::print("{}\n", said.dump());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const eyelid::Error& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
}
