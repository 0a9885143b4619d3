// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace eyelid::model_files {

/// A tensor read from a foreign model file, widened to float; row-major.
struct NamedTensor {
  std::string name;
  std::vector<std::size_t> shape;
  std::vector<float> values;
};

}  // namespace eyelid::model_files
