// SPDX-License-Identifier: MIT
#pragma once

#include "studies/ipu/execution.hpp"

namespace eyelid::ipu {

/// One convolution, tile by tile as `plan` cuts it; no bias. `input` and `output` hold `batch`
/// images. Adds to the counters of `execution`.
void run_on_tiles(const Operation& operation,
                  const Plan& plan,
                  Precision precision,
                  int batch,
                  const std::vector<float>& input,
                  std::vector<float>& output,
                  Execution& execution);

}  // namespace eyelid::ipu
