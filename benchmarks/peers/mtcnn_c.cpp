// SPDX-License-Identifier: MIT
// MTCNN of ours for benchmarks/peers/mtcnn.py: see eyelid_c.cpp.
#include <cstdint>
#include <cstring>
#include <exception>
#include <memory>
#include <vector>

#include "eyelid/compute/cpu_features.hpp"
#include "eyelid/detection/mtcnn_face_detector.hpp"
#include "eyelid/kernels/convolution/convolution.hpp"

namespace {

struct Session {
  explicit Session(const char* path)
      : detector(eyelid::detection::make_mtcnn_detector(networks::load_mtcnn(path))) {}
  std::unique_ptr<eyelid::detection::FaceDetector> detector;
  std::vector<eyelid::FaceBox> faces;
};

}  // namespace

extern "C" {

/// Null when the model cannot be loaded; `message` (256 bytes) then says why.
void* eyelid_mtcnn_open(const char* path, char* message) try {
  return new Session(path);
} catch (const std::exception& error) {
  std::strncpy(message, error.what(), 255);
  message[255] = '\0';
  return nullptr;
}

const char* eyelid_mtcnn_isa() {
  return eyelid::kernels::convolution_kernels().pick(eyelid::compute::cpu_features()).isa;
}

/// pixels (height, width), dense; faces (most, 15): left, top, right, bottom, score, then x and y
/// of eye, eye, nose, mouth corner, mouth corner. Returns the number of faces found.
int eyelid_mtcnn_run(
    void* session, const std::uint8_t* pixels, int width, int height, float* faces, int most) {
  auto& state = *static_cast<Session*>(session);
  state.detector->detect({pixels, width, height, width}, state.faces);
  int count = 0;
  for (const eyelid::FaceBox& face : state.faces) {
    if (count++ >= most) continue;
    const float numbers[] = {
        face.box.x, face.box.y, face.box.right(), face.box.bottom(), face.score};
    std::memcpy(faces, numbers, sizeof numbers);
    faces += 5;
    for (std::size_t i = 0; i < 5; i++) {
      const eyelid::Point point = i < 3 ? (*face.keypoints)[i] : (*face.mouth_corners)[i - 3];
      *faces++ = point.x;
      *faces++ = point.y;
    }
  }
  return count;
}

}  // extern "C"
