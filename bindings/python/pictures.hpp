// SPDX-License-Identifier: MIT
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <cstddef>
#include <string>
#include <vector>

#include "eyelid/video/array_picture.hpp"

namespace eyelid::python {

namespace nb = nanobind;

using AnyArray = nb::ndarray<nb::ro, nb::device::cpu>;

/// The picture in an array of uint8 or uint16: rows x columns (x 1) gray, x 3 color, x 4 color and
/// alpha; any strides. Pixels whose samples do not lie side by side are copied to `gathered`. The
/// array and `gathered` must outlive the picture.
///
/// Throws InputError, which begins with `name`, for anything else.
video::ArrayPicture picture_of(const AnyArray& array,
                               bool is_bgr,
                               const std::string& name,
                               std::vector<std::byte>& gathered);

}  // namespace eyelid::python
