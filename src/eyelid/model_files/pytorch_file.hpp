// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "eyelid/model_files/named_tensor.hpp"

namespace eyelid::model_files {

/// True if the bytes begin like a file of torch.save: a zip archive or the older pickle stream.
bool is_pytorch_file(std::span<const std::byte> bytes);

/// The float and half tensors of a state dict saved by torch.save, in file order; integer tensors
/// (batch counters) are skipped.
///
/// Reads both formats of PyTorch: the zip archive (since 1.6) and the stream of pickles before.
/// The pickle is never executed (see read_pickle). `source` names the file in messages. Throws
/// InputError for anything else.
std::vector<NamedTensor> read_pytorch_tensors(std::span<const std::byte> bytes,
                                              const std::string& source);

}  // namespace eyelid::model_files
