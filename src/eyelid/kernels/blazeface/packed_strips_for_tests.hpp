// SPDX-License-Identifier: MIT
// What the tests of the packed kernels run them on.
#pragma once

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "eyelid/compute/aligned_buffer.hpp"
#include "eyelid/kernels/blazeface/blazeface_packed.hpp"

namespace eyelid::kernels {

constexpr std::uint32_t kGuard = 0xdeadbeef;
using Words = std::vector<std::uint32_t>;

inline std::uint32_t random_bytes(std::mt19937& random) {
  return static_cast<std::uint32_t>(random());
}

template <class Make>
Words words_of(std::size_t count, Make make) {
  Words words(count);
  for (auto& word : words) word = make();
  return words;
}

inline std::size_t size_of(int count) { return static_cast<std::size_t>(count); }

/// Lines with nonsense in the slack around them: nobody may let it through.
struct Lines {
  template <class Make>
  Lines(int count, int size, Make make) : pitch(size + 2 * kRowSlack) {
    memory.assign(size_of(count * pitch), 0x7fc17fc1u);
    for (int i = 0; i < count; i++) {
      for (int j = 0; j < size; j++) memory[size_of(i * pitch + kRowSlack + j)] = make();
    }
  }
  const std::uint32_t* line(int i) const { return memory.data() + i * pitch + kRowSlack; }
  std::uint32_t* line(int i) { return memory.data() + i * pitch + kRowSlack; }
  int pitch;
  Words memory;
};

struct Outputs {
  explicit Outputs(int line_size) : size(line_size), memory(size_of(2 * (size + 16)), kGuard) {}
  std::uint32_t* line(int i) { return memory.data() + i * (size + 16); }
  int size;
  Words memory;
};

struct Shape {
  int width, stride, inputs, outputs;
  std::string text() const {
    return "width " + std::to_string(width) + " stride " + std::to_string(stride) + " channels " +
           std::to_string(inputs) + " to " + std::to_string(outputs);
  }
};

/// Random shapes, and the widest of the network.
inline std::vector<Shape> shapes(std::mt19937& random, int step) {
  std::vector<Shape> result;
  for (const int width : {8, 16, 32, 64}) {
    for (const int stride : {1, 2}) {
      if (width * stride > 64) continue;
      result.push_back({width, stride, 96, 96});
      for (int round = 0; round < 6; round++) {
        const int inputs = step * (1 + static_cast<int>(random() % 24));
        result.push_back({width, stride, inputs, inputs + static_cast<int>(random() % 9)});
      }
    }
  }
  return result;
}

template <class Kernels, class Block>
void run(
    const Kernels& kernels, const Block& block, const Lines& input, int width, Outputs& output) {
  compute::AlignedBuffer<std::uint32_t> workspace(kBlazeWorkspace);
  BlazePackedStrip strip{};
  for (int i = 0; i < 5; i++) strip.input[i] = input.line(i);
  for (int i = 0; i < 2; i++) strip.output[i] = output.line(i);
  strip.width = width;
  strip.workspace = workspace.data();
  kernels.block(block, strip);
}

/// The 11 rows of 128 pixels that run_stem() takes.
template <class Make>
std::vector<std::uint8_t> stem_picture(Make make) {
  std::vector<std::uint8_t> picture(11 * 128 + 64);
  for (auto& pixel : picture) pixel = static_cast<std::uint8_t>(make());
  return picture;
}

template <class Kernels, class Stem>
void run_stem(const Kernels& kernels,
              const Stem& stem,
              const std::vector<std::uint8_t>& picture,
              bool at_border,
              Outputs& output) {
  compute::AlignedBuffer<std::uint32_t> workspace(kBlazeWorkspace);
  BlazePackedStemStrip strip{};
  for (int i = 0; i < 11; i++) {
    strip.input[i] = at_border && (i == 0 || i > 8) ? nullptr : picture.data() + i * 128;
  }
  for (int i = 0; i < 2; i++) strip.output[i] = output.line(i);
  strip.width = 64;
  strip.workspace = workspace.data();
  kernels.stem(stem, strip);
}

}  // namespace eyelid::kernels
