// SPDX-License-Identifier: MIT
#pragma once

#include "eyelid/synthesis/head_shape.hpp"
#include "eyelid/synthesis/person.hpp"

namespace eyelid::synthesis {

/// Share of hair over skin at this place of the head, 0 .. 1; `angle` as in HeadShape::at_angle.
/// The hairline is moved `inset_mm` into the hair.
float hair_cover(const Person& person, float angle, float y, float inset_mm = 0.0f);

/// Albedo of the face at `place`: skin with pores and blotches, brows, lips, nostrils, stubble,
/// hair.
float face_albedo(const Person& person, const HeadShape& shape, float angle, Vector3 place);

/// Albedo of hair strands; `across` runs over them, `along` with them (mm).
float strand_albedo(const Person& person, float across, float along);

}  // namespace eyelid::synthesis
