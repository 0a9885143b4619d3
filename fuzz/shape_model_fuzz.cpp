// SPDX-License-Identifier: MIT
//
// Any bytes as a shape model: ours or dlib's. What loads must also run.
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "eyelid/core/error.hpp"
#include "eyelid/core/image.hpp"
#include "eyelid/landmarks/shape_model.hpp"
#include "eyelid/landmarks/shape_model_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace eyelid;
  try {
    const auto model = landmarks::load_shape_model(std::as_bytes(std::span(data, size)), "fuzz");
    GrayImage image(32, 32);
    for (int y = 0; y < 32; ++y) {
      for (int x = 0; x < 32; ++x) image.row(y)[x] = static_cast<std::uint8_t>(x * y);
    }
    std::vector<Point> points(model.mean_shape.size());
    landmarks::ShapeModel(model).predict(image, landmarks::ShapeRegion::of_patch(32), points);
    landmarks::load_shape_model(landmarks::shape_model_bytes(model), "written again");
  } catch (const InputError&) {
    // The only way a foreign file may be refused.
  }
  return 0;
}
