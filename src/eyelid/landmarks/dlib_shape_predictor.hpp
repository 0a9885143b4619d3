// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "eyelid/landmarks/shape_model_description.hpp"

namespace eyelid::landmarks {

/// Whether the first bytes are those of a serialized dlib::shape_predictor of version 1 (and
/// cannot be a safetensors header).
bool looks_like_dlib_shape_predictor(std::span<const std::byte> bytes);

/// Reads what `dlib::serialize("x.dat") << shape_predictor` wrote (dlib 18.10 to 19.x).
///
/// The format holds no sizes to trust: every count is checked against the bytes left before memory
/// is taken. Older dlib wrote numbers as text; such files are refused. Errors: InputError with the
/// byte offset. Source: dlib/serialize.h, dlib/float_details.h, shape_predictor.h.
ShapeModelDescription read_dlib_shape_predictor(std::span<const std::byte> bytes,
                                                const std::string& source);

}  // namespace eyelid::landmarks
