// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "eyelid/model_files/safetensors.hpp"

namespace eyelid::networks {

/// What is known of the file a network came from.
struct ModelDescription {
  // As stated in the file; empty = not stated.
  std::string name;
  std::string version;
  std::string training_data;
  std::string license;
  // Its origin.
  std::string source;  // path, or "embedded ..."
  std::string format;  // "safetensors", "PyTorch", "TFLite", "numpy"
  std::string sha256;  // of the file; of several files, concatenated
};

/// The statements of our own file. Throws InputError if its metadata name another `format`.
ModelDescription read_description(const model_files::SafetensorsFile& file, const char* format);
void write_description(model_files::SafetensorsWriter& writer,
                       const char* format,
                       const ModelDescription& description);

/// Lines "key: value" for `eyelid model inspect`: the kind, the statements, `more`, then the number
/// of parameters and the hash.
using DescriptionLines = std::vector<std::pair<std::string, std::string>>;
DescriptionLines describe(const char* kind,
                          const ModelDescription& description,
                          DescriptionLines more,
                          std::size_t parameters);

/// Throws InputError, naming `tensor` of `source`.
void check_finite(std::span<const float> values,
                  const std::string& source,
                  const std::string& tensor);
/// Throws InputError unless the file holds `count` tensors.
void check_tensor_count(const model_files::SafetensorsFile& file, std::size_t count);

}  // namespace eyelid::networks
