// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "eyelid/model_files/named_tensor.hpp"
#include "eyelid/model_files/tflite_file.hpp"
#include "eyelid/networks/blazeface_weights.hpp"

namespace eyelid::networks {

/// MediaPipe's graph: stem, then depthwise and pointwise of 16 blocks, then the four heads.
/// Throws InputError if the number, kind, or shape of the convolutions differs.
BlazeFaceWeights blazeface_from_tflite(
    const std::vector<model_files::TfliteConvolution>& convolutions, const std::string& source);

/// The state dict of hollance/BlazeFace-PyTorch: backbone1.*, backbone2.*, classifier_*,
/// regressor_*. Throws InputError if a tensor is missing or has a different shape.
BlazeFaceWeights blazeface_from_pytorch(const std::vector<model_files::NamedTensor>& tensors,
                                        const std::string& source);

/// (outputs, channels, 5, 5) -> (outputs, 5, 5): what the stem does to a gray picture shown in all
/// channels. Sums in double, so that the order of channels does not matter.
std::vector<float> sum_over_channels(std::span<const float> weights, std::size_t channels);

}  // namespace eyelid::networks
