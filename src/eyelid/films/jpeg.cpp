// SPDX-License-Identifier: MIT
#include "eyelid/films/jpeg.hpp"

#include <turbojpeg.h>

#include <memory>
#include <string>

#include "eyelid/core/error.hpp"

namespace eyelid::films {

namespace {

template <class View>
std::vector<std::uint8_t> encoded(const View& image, int format, int subsampling, int quality) {
  EYELID_EXPECTS(image.width > 0 && image.height > 0 && quality >= 1 && quality <= 100);
  const auto destroy = [](void* handle) { tjDestroy(handle); };
  const std::unique_ptr<void, decltype(destroy)> encoder(tjInitCompress(), destroy);
  if (!encoder) throw Error("libjpeg-turbo cannot start an encoder, expected free memory");

  std::vector<std::uint8_t> bytes(tjBufSize(image.width, image.height, subsampling));
  unsigned char* target = bytes.data();
  unsigned long size = bytes.size();  // NOLINT: TurboJPEG's type
  const int status = tjCompress2(encoder.get(),
                                 image.pixels,
                                 image.width,
                                 static_cast<int>(image.stride),
                                 image.height,
                                 format,
                                 &target,
                                 &size,
                                 subsampling,
                                 quality,
                                 TJFLAG_NOREALLOC | TJFLAG_ACCURATEDCT);
  if (status != 0) {
    throw Error(std::string("libjpeg-turbo: ") + tjGetErrorStr2(encoder.get()));
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace

std::vector<std::uint8_t> gray_jpeg(const FrameView& image, int quality) {
  return encoded(image, TJPF_GRAY, TJSAMP_GRAY, quality);
}

std::vector<std::uint8_t> rgb_jpeg(const RgbView& image, int quality) {
  return encoded(image, TJPF_RGB, TJSAMP_444, quality);
}

}  // namespace eyelid::films
