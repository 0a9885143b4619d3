// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace eyelid::model_files {

/// One convolution of a TFLite graph with its constants.
struct TfliteConvolution {
  bool is_depthwise = false;
  std::string name;                // of its weights
  std::vector<std::size_t> shape;  // (O, h, w, I); depthwise (1, h, w, C)
  std::vector<float> weights;
  std::vector<float> bias;
};

/// True if the bytes carry the file identifier of TFLite.
bool is_tflite_file(std::span<const std::byte> bytes);

/// The convolutions of the first subgraph in execution order. Constants may be float, or half
/// followed by a DEQUANTIZE operation. The flatbuffer is verified before anything is read.
///
/// `source` names the file in messages. Throws InputError.
/// Source: tensorflow/lite/schema/schema.fbs, version 3.
std::vector<TfliteConvolution> read_tflite_convolutions(std::span<const std::byte> bytes,
                                                        const std::string& source);

}  // namespace eyelid::model_files
