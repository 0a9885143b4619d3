// SPDX-License-Identifier: MIT
#include "eyelid/camera/camera_address.hpp"

#include <fmt/format.h>

#include <charconv>
#include <string_view>

#include "eyelid/core/error.hpp"

namespace eyelid::camera {
namespace {

constexpr std::string_view kKinds =
    "aravis:ID, v4l2:/dev/videoN, paced:FILE[@FPS], or synthetic:SEED[@FPS]";

std::optional<CameraKind> kind_of(std::string_view name) {
  if (name == "aravis") return CameraKind::Aravis;
  if (name == "v4l2") return CameraKind::V4l2;
  if (name == "paced") return CameraKind::Paced;
  if (name == "synthetic") return CameraKind::Synthetic;
  return {};
}

std::optional<double> whole_number_text(std::string_view text) {
  double value = 0.0;
  const char* const end = text.data() + text.size();
  const auto [last, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || last != end) return {};
  return value;
}

// File names may hold an @ too: only a number behind the last one is a rate.
void split_off_rate(const std::string& address, CameraAddress& parsed) {
  const std::size_t at = parsed.place.rfind('@');
  if (at == std::string::npos) return;
  const std::optional<double> rate =
      whole_number_text(std::string_view(parsed.place).substr(at + 1));
  if (!rate) return;
  if (!(*rate >= kMinRate && *rate <= kMaxRate)) {
    throw InputError(fmt::format("{}: a rate of {} frames/s, expected {} to {}",
                                 address,
                                 parsed.place.substr(at + 1),
                                 kMinRate,
                                 kMaxRate));
  }
  parsed.frames_per_second = rate;
  parsed.place.resize(at);
}

// Behind the rate. Words that name a lamp without a port are a mistake, not a file.
void split_off_lamp(const std::string& address, CameraAddress& parsed) {
  constexpr std::string_view kLamp = "?lamp=udp:";
  const std::size_t at = parsed.place.rfind(kLamp);
  if (at == std::string::npos) return;
  const std::string text = parsed.place.substr(at + kLamp.size());
  int port = 0;
  const char* const end = text.data() + text.size();
  const auto [last, error] = std::from_chars(text.data(), end, port);
  if (error != std::errc() || last != end || port < 1 || port > 65535) {
    throw InputError(
        fmt::format("{}: \"{}\" is no port of a lamp, expected 1 to 65535", address, text));
  }
  parsed.lamp_port = port;
  parsed.place.resize(at);
}

}  // namespace

CameraAddress parse_address(const std::string& address) {
  const std::size_t colon = address.find(':');
  const std::optional<CameraKind> kind =
      colon == std::string::npos ? std::nullopt : kind_of(address.substr(0, colon));
  if (!kind) throw InputError(fmt::format("\"{}\": no camera, expected {}", address, kKinds));
  CameraAddress parsed{*kind, address.substr(colon + 1)};
  if (*kind == CameraKind::Paced || *kind == CameraKind::Synthetic) {
    split_off_lamp(address, parsed);
    split_off_rate(address, parsed);
  }
  if (parsed.place.empty() && *kind != CameraKind::Aravis) {
    throw InputError(fmt::format("\"{}\": nothing behind the colon, expected {}", address, kKinds));
  }
  return parsed;
}

}  // namespace eyelid::camera
