// SPDX-License-Identifier: MIT
#pragma once

#include "eyelid/core/image.hpp"
#include "eyelid/synthesis/random.hpp"

namespace eyelid::training {

/// Makes a patch look like one of a worse recording: some of light from one side, other gamma and
/// contrast, blur, few pixels enlarged, sensor noise.
void degrade(GrayImage& patch, synthesis::Random& random);

/// Darkens what lies beyond a line across the patch, hard or soft: half a face in shadow, the
/// shadow of a nose or a brow.
void cast_shadow(GrayImage& patch, synthesis::Random& random);

}  // namespace eyelid::training
