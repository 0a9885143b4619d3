// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include "eyelid/core/image.hpp"
#include "eyelid/synthesis/session_renderer.hpp"

namespace eyelid::pipeline {

/// Three seconds of one rendered person with two trials, the face seen whole.
inline synthesis::SessionRenderer rendered_face(double step_s) {
  synthesis::SessionOptions session;
  session.seed = 12;
  session.seconds = 3.0;
  session.trials = 2;
  session.frames_per_second = 1.0 / step_s;
  return synthesis::SessionRenderer(session);
}

}  // namespace eyelid::pipeline
