// SPDX-License-Identifier: MIT
#pragma once

#include "eyelid/core/face.hpp"
#include "eyelid/core/image.hpp"
#include "eyelid/synthesis/random.hpp"

namespace eyelid::training {

/// Hides an eye of the picture, lids and all: a flat patch, skin or other texture copied from
/// elsewhere in the picture, strands of hair, or a glare that saturates. `eye` in pixels.
void draw_random_cover(GrayImage& picture, const EyePoints& eye, synthesis::Random& random);

/// A reflection on a lens that an eye can be measured through: lids show.
void draw_random_reflection(GrayImage& picture, const EyePoints& eye, synthesis::Random& random);

}  // namespace eyelid::training
