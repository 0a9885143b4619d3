// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "eyelid/inference/blazeface_weights.hpp"
#include "eyelid/inference/named_tensor.hpp"
#include "eyelid/inference/tflite_file.hpp"

namespace eyelid::inference {

/// MediaPipe's graph: stem, then depthwise and pointwise of 16 blocks, then the four heads.
/// Throws InputError when number, kind or shape of the convolutions differ.
BlazeFaceWeights blazeface_from_tflite(const std::vector<TfliteConvolution>& convolutions,
                                       const std::string& source);

/// The state dict of hollance/BlazeFace-PyTorch: backbone1.*, backbone2.*, classifier_*,
/// regressor_*. Throws InputError when a tensor is missing or has another shape.
BlazeFaceWeights blazeface_from_pytorch(const std::vector<NamedTensor>& tensors,
                                        const std::string& source);

/// (outputs, channels, 5, 5) -> (outputs, 5, 5): what the stem does to a grey picture shown in all
/// channels. Sums in double, so that the order of channels does not matter.
std::vector<float> sum_over_channels(std::span<const float> weights, std::size_t channels);

}  // namespace eyelid::inference
