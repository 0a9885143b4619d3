// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "studies/speed/bench_session.hpp"

namespace eyelid::app {

/// What a bench command works on: the first frames of --input, else those of rendered_frames().
std::vector<GrayImage> bench_frames(const BenchRequest& request);

}  // namespace eyelid::app
