// SPDX-License-Identifier: MIT
// A GigE Vision camera on a network interface that shows a rendered person: Aravis' simulator with
// our pictures. Prints "ready" and runs until its standard input ends.
//
//   eyelid_gige_camera INTERFACE SERIAL LOST_PACKETS_PER_THOUSAND
//
// Bytes 0 to 3 of each picture are the number of the picture that was made, little endian, so that
// a receiver can tell which exposure it got.
#include <arv.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "eyelid/synthesis/session_renderer.hpp"

namespace {

struct Show {
  std::vector<eyelid::GrayImage> pictures;
  std::uint32_t made = 0;
};

void fill(ArvBuffer* buffer, void* data, guint32, guint32, ArvPixelFormat) {
  auto& show = *static_cast<Show*>(data);
  const eyelid::GrayImage& picture = show.pictures[show.made % show.pictures.size()];
  // Asked for another size the simulator would have less room.
  if (arv_buffer_get_image_width(buffer) != picture.width() ||
      arv_buffer_get_image_height(buffer) != picture.height()) {
    return;
  }
  auto* const bytes =
      static_cast<std::uint8_t*>(const_cast<void*>(arv_buffer_get_data(buffer, nullptr)));
  const auto width = static_cast<std::size_t>(picture.width());
  for (int y = 0; y < picture.height(); ++y) {
    std::memcpy(bytes + static_cast<std::size_t>(y) * width, picture.row(y), width);
  }
  std::memcpy(bytes, &show.made, sizeof show.made);
  ++show.made;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  Show show;
  eyelid::synthesis::SessionOptions options;
  options.seconds = 0.3;
  options.frames_per_second = 100.0;
  options.trials = 0;
  const eyelid::synthesis::SessionRenderer renderer(options);
  show.pictures.resize(static_cast<std::size_t>(renderer.frame_count()));
  for (std::size_t i = 0; i < show.pictures.size(); ++i) {
    renderer.render(static_cast<std::int64_t>(i), show.pictures[i]);
  }

  ArvGvFakeCamera* const camera = arv_gv_fake_camera_new_full(argv[1], argv[2], nullptr);
  g_object_set(camera, "gvsp-lost-ratio", std::atof(argv[3]) / 1000.0, nullptr);
  arv_fake_camera_set_fill_pattern(arv_gv_fake_camera_get_fake_camera(camera), fill, &show);
  if (!arv_gv_fake_camera_is_running(camera)) {
    std::fprintf(stderr, "%s: the simulated camera does not start\n", argv[1]);
    return 1;
  }
  std::puts("ready");
  std::fflush(stdout);
  while (std::getchar() != EOF) {
  }
  g_object_unref(camera);
  return 0;
}
