// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "eyelid/model_files/named_tensor.hpp"
#include "eyelid/networks/mtcnn_weights.hpp"

namespace eyelid::networks {

/// How a foreign file stores the layers.
enum class MtcnnEncoding {
  PyTorch,  // "conv1.weight" (outputs, inputs, y, x), dense (outputs, columns)
  Numpy     // "conv1/weights" (x, y, inputs, outputs), dense (columns, outputs)
};

/// Fills the layers of one network ("pnet", "rnet" or "onet") from the tensors of a file; names
/// begin with `prefix`. First layers for RGB are summed over the channels.
/// Throws InputError if a tensor is missing, has a different shape, or holds a number that is not
/// finite.
void import_mtcnn_network(std::string_view network,
                          const std::vector<model_files::NamedTensor>& tensors,
                          MtcnnEncoding encoding,
                          const std::string& prefix,
                          const std::string& source,
                          MtcnnWeights& weights);

}  // namespace eyelid::networks
