// SPDX-License-Identifier: MIT
#include "eyelid/output/jpeg.hpp"

#include <turbojpeg.h>

#include <memory>
#include <string>

#include "eyelid/core/error.hpp"

namespace eyelid::output {

std::vector<std::uint8_t> grey_jpeg(const FrameView& image, int quality) {
  EYELID_EXPECTS(!image.is_empty() && quality >= 1 && quality <= 100);
  const auto destroy = [](void* handle) { tjDestroy(handle); };
  const std::unique_ptr<void, decltype(destroy)> encoder(tjInitCompress(), destroy);
  if (!encoder) throw Error("libjpeg-turbo cannot start an encoder, expected free memory");

  std::vector<std::uint8_t> bytes(tjBufSize(image.width, image.height, TJSAMP_GRAY));
  unsigned char* target = bytes.data();
  unsigned long size = bytes.size();  // NOLINT: the type of TurboJPEG's door
  const int status = tjCompress2(encoder.get(),
                                 image.pixels,
                                 image.width,
                                 static_cast<int>(image.stride),
                                 image.height,
                                 TJPF_GRAY,
                                 &target,
                                 &size,
                                 TJSAMP_GRAY,
                                 quality,
                                 TJFLAG_NOREALLOC | TJFLAG_ACCURATEDCT);
  if (status != 0) {
    throw Error(std::string("libjpeg-turbo: ") + tjGetErrorStr2(encoder.get()));
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace eyelid::output
