// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <filesystem>
#include <utility>

#include "eyelid/camera/camera_kinds.hpp"
#include "eyelid/camera/film_loop.hpp"
#include "eyelid/camera/scheduled_camera.hpp"

namespace eyelid::camera {

std::unique_ptr<Camera> open_paced(const CameraAddress& address, const CameraSettings& settings) {
  constexpr double kRateOfPictures = 25.0;
  CameraInfo info;
  info.address = "paced:" + address.place;
  std::unique_ptr<SimulatedLamp> lamp = open_lamp(address);
  FilmLoop film = open_film_loop(address.place);
  info.name = "film " + std::filesystem::path(address.place).filename().string();
  info.pixel_format = film.pixel_format;
  const bool states_rate = film.frames_per_second > 0.0;
  info.frames_per_second = rate_to_play(info.address,
                                        address.frames_per_second,
                                        settings.frames_per_second,
                                        states_rate ? film.frames_per_second : kRateOfPictures);
  if (!states_rate && !address.frames_per_second && !settings.frames_per_second) {
    info.warnings.push_back(
        fmt::format("{} states no rate and is shown at {} frames/s, expected paced:FILE@FPS",
                    address.place,
                    kRateOfPictures));
  }
  if (address.frames_per_second) info.address += fmt::format("@{}", *address.frames_per_second);
  if (lamp) info.address += fmt::format("?lamp=udp:{}", *address.lamp_port);
  return std::make_unique<ScheduledCamera>(
      std::move(info), std::move(film.pictures), settings, std::move(lamp));
}

}  // namespace eyelid::camera
