// SPDX-License-Identifier: MIT
// Writes a random BlazeFace as ONNX, pictures, and what our engine says of them: see onnx_test.py.
#include <array>
#include <filesystem>
#include <fstream>
#include <random>
#include <vector>

#include "eyelid/model_files/model_file.hpp"
#include "eyelid/networks/blazeface_network.hpp"
#include "eyelid/networks/blazeface_onnx.hpp"
#include "random_blazeface.hpp"

using namespace eyelid;

int main(int argument_count, char** arguments) {
  if (argument_count != 2) return 1;
  const std::filesystem::path folder = arguments[1];
  std::mt19937 random(1);
  const auto weights = networks::random_weights(1);
  model_files::write_model_file(folder / "model.onnx", networks::blazeface_to_onnx(weights));
  networks::BlazeFaceNetwork network(networks::pack_blazeface(weights));
  std::ofstream images(folder / "images.bin", std::ios::binary);
  std::ofstream expected(folder / "expected.bin", std::ios::binary);
  for (int picture = 0; picture < 3; picture++) {
    GrayImage image(128, 128);
    for (int y = 0; y < 128; y++) {
      for (int x = 0; x < 128; x++) image.row(y)[x] = static_cast<std::uint8_t>(random());
      images.write(reinterpret_cast<const char*>(image.row(y)), 128);
    }
    const networks::BlazeFaceLogits logits = network.run(image);
    std::vector<float> boxes(networks::kBlazeFaceAnchorCount * networks::kBlazeFaceBoxNumbers);
    network.all_box_numbers(boxes);
    const auto write = [&](const float* numbers, std::size_t count) {
      expected.write(reinterpret_cast<const char*>(numbers),
                     static_cast<std::streamsize>(count * sizeof(float)));
    };
    write(boxes.data(), boxes.size());
    write(logits.data(), logits.size());
  }
  return images.flush() && expected.flush() ? 0 : 1;
}
