// SPDX-License-Identifier: MIT
#include "fake_v4l2_settings.hpp"

#include <turbojpeg.h>

#include <algorithm>
#include <sstream>

namespace eyelid::testing {

FakeSettings settings_from(const char* text) {
  FakeSettings s;
  std::istringstream words(text);
  words >> s.path;
  for (std::string word; words >> word;) {
    const std::string key = word.substr(0, word.find('='));
    const std::string value = word.substr(word.find('=') + 1);
    if (key == "formats") {
      s.formats.clear();
      std::istringstream list(value);
      for (std::string format; std::getline(list, format, '+');) {
        s.formats.push_back({v4l2_fourcc(static_cast<unsigned>(format[0]),
                                         static_cast<unsigned>(format[1]),
                                         static_cast<unsigned>(format[2]),
                                         format[3] == '_' ? 32u : static_cast<unsigned>(format[3])),
                             static_cast<unsigned>(std::stoul(format.substr(5)))});
      }
    }
    if (key == "lose_every") s.lose_every = std::stol(value);
    if (key == "error_every") s.error_every = std::stol(value);
    if (key == "cut_every") s.cut_every = std::stol(value);
    if (key == "first_sequence") s.first_sequence = static_cast<unsigned>(std::stoul(value));
    if (key == "unplug_after") s.unplug_after = std::stol(value);
    if (key == "stamped") s.is_stamped = value == "1";
    if (key == "crop") s.has_crop = value == "1";
    if (key == "refuses_controls") s.refuses_controls = value == "1";
    if (key == "busy") s.is_busy = value == "1";
    if (key == "patient") s.is_patient = value == "1";
  }
  return s;
}

std::vector<unsigned char> picture_bytes(unsigned fourcc,
                                         unsigned width,
                                         unsigned height,
                                         unsigned n) {
  std::vector<unsigned char> gray(std::size_t{width} * height);
  for (unsigned y = 0; y < height; ++y) {
    for (unsigned x = 0; x < width; ++x) {
      gray[std::size_t{y} * width + x] = static_cast<unsigned char>(16 + (n + x + 2 * y) % 200);
    }
  }
  if (fourcc == V4L2_PIX_FMT_GREY) return gray;
  if (fourcc == V4L2_PIX_FMT_MJPEG) {
    unsigned char* jpeg = nullptr;
    unsigned long size = 0;
    const tjhandle encoder = tjInitCompress();
    tjCompress2(encoder,
                gray.data(),
                static_cast<int>(width),
                0,
                static_cast<int>(height),
                TJPF_GRAY,
                &jpeg,
                &size,
                TJSAMP_GRAY,
                98,
                0);
    std::vector<unsigned char> bytes(jpeg, jpeg + size);
    tjFree(jpeg);
    tjDestroy(encoder);
    return bytes;
  }
  std::vector<unsigned char> wide(2 * gray.size(), 128);
  for (std::size_t i = 0; i < gray.size(); ++i) {
    if (fourcc == V4L2_PIX_FMT_Y10) {
      wide[2 * i] = static_cast<unsigned char>(gray[i] << 2);
      wide[2 * i + 1] = static_cast<unsigned char>(gray[i] >> 6);
    } else {
      wide[2 * i + (fourcc == V4L2_PIX_FMT_UYVY ? 1 : 0)] = gray[i];
    }
  }
  if (fourcc == V4L2_PIX_FMT_NV12) {
    std::copy(gray.begin(), gray.end(), wide.begin());
    wide.resize(gray.size() * 3 / 2);
  }
  return wide;
}

}  // namespace eyelid::testing
