// SPDX-License-Identifier: MIT
#pragma once

#include <span>

#include "eyelid/core/face.hpp"
#include "eyelid/core/image.hpp"
#include "eyelid/synthesis/random.hpp"

namespace eyelid::training {

/// Draws spectacles of random shape over the eyes of a patch: full or upper rims, dark, light or
/// half transparent, a bridge between two eyes, lenses that weaken the contrast, now and then a
/// reflection.
///
/// Few annotated faces wear glasses, and a rim is easily taken for a lid. `eyes` holds one eye or
/// both (right, left) in pixels of the patch.
void draw_random_glasses(GrayImage& patch,
                         std::span<const EyePoints> eyes,
                         synthesis::Random& random);

}  // namespace eyelid::training
