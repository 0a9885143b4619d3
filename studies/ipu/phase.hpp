// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

namespace eyelid::ipu {

/// One superstep of the bulk-synchronous machine: all tiles meet (sync), then data move (exchange),
/// then every tile computes on its own memory. Cycles are those of the slowest tile.
struct Phase {
  std::string name;
  double sync = 0.0;
  double exchange = 0.0;
  double compute = 0.0;
  int tiles = 0;  // that compute
};

struct PhaseCycles {
  double compute = 0.0;
  double exchange = 0.0;
  double sync = 0.0;
  double total() const { return compute + exchange + sync; }
};

inline PhaseCycles sum_of(const std::vector<Phase>& phases) {
  PhaseCycles sum;
  for (const Phase& phase : phases) {
    sum.compute += phase.compute;
    sum.exchange += phase.exchange;
    sum.sync += phase.sync;
  }
  return sum;
}

}  // namespace eyelid::ipu
