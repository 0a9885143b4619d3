// SPDX-License-Identifier: MIT
#pragma once

#include "eyelid/core/face.hpp"
#include "eyelid/core/image.hpp"
#include "eyelid/synthesis/random.hpp"

namespace eyelid::training {

/// Makes a patch look like one of a worse recording: some of light from one side, other gamma and
/// contrast, blur, few pixels enlarged, sensor noise.
void degrade(GrayImage& patch, synthesis::Random& random);

/// Darkens what lies beyond a line across the patch, hard or soft: half a face in shadow, the
/// shadow of a nose or a brow.
void cast_shadow(GrayImage& patch, synthesis::Random& random);

/// A lamp on the upper lid of `eye` (its six points in patch pixels): a band along the lid's edge,
/// brighter than the skin around it. A closed lid then has the tone of the white of an open eye.
void shine(GrayImage& patch, const EyePoints& eye, synthesis::Random& random);

}  // namespace eyelid::training
