// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "eyelid/camera/camera_kinds.hpp"
#include "eyelid/camera/scheduled_camera.hpp"
#include "eyelid/core/error.hpp"
#include "eyelid/files/interruption.hpp"
#include "eyelid/synthesis/session_renderer.hpp"

namespace eyelid::camera {
namespace {

constexpr double kOwnRate = 500.0;

std::uint64_t seed_of(const CameraAddress& address) {
  std::uint64_t seed = 0;
  const char* const end = address.place.data() + address.place.size();
  const auto [last, error] = std::from_chars(address.place.data(), end, seed);
  if (error != std::errc() || last != end) {
    throw InputError(fmt::format("synthetic:{}: \"{}\" is no seed, expected a whole number from 0",
                                 address.place,
                                 address.place));
  }
  return seed;
}

// So many frames as render in some ten seconds and fit into memory: 4 s with two trials at 500/s.
synthesis::SessionOptions session_options(std::uint64_t seed, double frames_per_second) {
  constexpr double kFrames = 2000.0;
  synthesis::SessionOptions options;
  options.seed = seed;
  options.frames_per_second = frames_per_second;
  options.seconds = std::clamp(kFrames / frames_per_second, 0.3, 12.0);
  options.trials = static_cast<int>(options.seconds / 2.0);
  return options;
}

std::vector<GrayImage> rendered(const synthesis::SessionRenderer& renderer) {
  std::vector<GrayImage> pictures(static_cast<std::size_t>(renderer.frame_count()));
  tbb::parallel_for(std::size_t{0}, pictures.size(), [&](std::size_t i) {
    files::throw_if_interrupted();
    renderer.render(static_cast<std::int64_t>(i), pictures[i]);
  });
  return pictures;
}

}  // namespace

std::unique_ptr<Camera> open_synthetic(const CameraAddress& address,
                                       const CameraSettings& settings) {
  const std::uint64_t seed = seed_of(address);
  std::unique_ptr<SimulatedLamp> lamp = open_lamp(address);
  CameraInfo info;
  info.address = "synthetic:" + address.place;
  info.name = fmt::format("rendered person {}", seed);
  info.pixel_format = "gray";
  info.frames_per_second =
      rate_to_play(info.address, address.frames_per_second, settings.frames_per_second, kOwnRate);
  if (address.frames_per_second) info.address += fmt::format("@{}", *address.frames_per_second);
  if (lamp) info.address += fmt::format("?lamp=udp:{}", *address.lamp_port);
  const synthesis::SessionRenderer renderer(session_options(seed, info.frames_per_second));
  auto pictures = std::make_unique<PicturesInMemory>(rendered(renderer));
  return std::make_unique<ScheduledCamera>(
      std::move(info), std::move(pictures), settings, std::move(lamp));
}

}  // namespace eyelid::camera
