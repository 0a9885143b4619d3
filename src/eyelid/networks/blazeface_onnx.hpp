// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

#include "eyelid/networks/blazeface_weights.hpp"

namespace eyelid::networks {

/// The network as an ONNX file (operator set 13), for other programs.
///
/// Input `image`: float (batch, 1, 128, 128), gray values 0 .. 255; the normalization is part of
/// the graph. Outputs: `boxes` (batch, 896, 16), in input pixels relative to the anchor, and
/// `logits` (batch, 896), in the order of BlazeFaceNetwork. The same weights give the same bytes.
///
/// Source: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
std::vector<std::byte> blazeface_to_onnx(const BlazeFaceWeights& weights);

/// Reads any BlazeFace file and writes ONNX. Throws InputError.
void convert_blazeface_to_onnx(const std::filesystem::path& source,
                               const std::filesystem::path& target);

}  // namespace eyelid::networks
