// SPDX-License-Identifier: MIT
#pragma once

#include <nanobind/nanobind.h>

/// The part of the Python package that has to be C++: arrays in, arrays out. Requests of pipeline/
/// are shown to Python as they are; names, defaults, and documentation are in eyelid/*.py.
namespace eyelid::python {

namespace nb = nanobind;

// Each file adds its part to the module.
void add_errors(nb::module_& module);
void add_requests(nb::module_& module);
void add_recordings(nb::module_& module);
void add_tracker(nb::module_& module);
void add_camera(nb::module_& module);
void add_faces(nb::module_& module);
void add_scoring(nb::module_& module);
void add_synthesis(nb::module_& module);

}  // namespace eyelid::python
