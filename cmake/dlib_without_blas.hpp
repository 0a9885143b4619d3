// SPDX-License-Identifier: MIT
// Included before everything else where dlib is used (cmake/dependencies.cmake): its headers come
// with the switches of Debian's build, BLAS and LAPACK among them.
#pragma once

#include <dlib/assert.h>
#include <dlib/test_for_odr_violations.h>

#undef DLIB_USE_BLAS
#undef DLIB_USE_LAPACK
