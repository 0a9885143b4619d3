// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "eyelid/camera/gray_reader.hpp"

namespace eyelid::camera {

/// An open node of the kernel's video interface that can capture by mmap.
class V4l2Device {
 public:
  /// Throws InputError: absent, no rights, not a camera, cannot stream.
  explicit V4l2Device(std::string path);
  ~V4l2Device();
  V4l2Device(const V4l2Device&) = delete;
  V4l2Device& operator=(const V4l2Device&) = delete;

  /// One call, repeated after signals; 0 or the errno.
  int call(unsigned long request, void* argument) const;
  /// Throws InputError with what was tried and the system's reason.
  void demand(unsigned long request, void* argument, const std::string& what) const;
  [[noreturn]] void refuse(const std::string& what, int error) const;

  int descriptor() const { return descriptor_; }
  const std::string& path() const { return path_; }
  const std::string& name() const { return name_; }  // card and where it is plugged in

 private:
  void require_capture();

  std::string path_;
  int descriptor_ = -1;
  std::string name_;
};

/// How a pixel format of the kernel stores gray; nothing for formats without.
std::optional<PixelLayout> layout_of_fourcc(std::uint32_t fourcc);
/// "YUYV"
std::string fourcc_text(std::uint32_t fourcc);

/// A way of sending pictures that the device offers.
struct V4l2Mode {
  std::uint32_t fourcc = 0;
  int width = 0;
  int height = 0;
  std::vector<double> rates;    // frames/s, fastest first; empty: it does not say
  bool takes_any_rate = false;  // from rates.back() to rates.front()
};

/// Modes with gray, best format first. Sizes without steps stand for `wanted` and their largest.
std::vector<V4l2Mode> list_modes(const V4l2Device& device, int wanted_width, int wanted_height);

/// The mode that comes closest: to the rate first, then to the size, then the format that costs
/// least. None where the list is empty.
std::optional<V4l2Mode> choose_mode(const std::vector<V4l2Mode>& modes,
                                    std::optional<double> rate,
                                    int width,
                                    int height);

}  // namespace eyelid::camera
