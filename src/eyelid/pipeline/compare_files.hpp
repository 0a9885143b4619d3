// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>

#include "eyelid/closure/closure_comparison.hpp"

namespace eyelid::pipeline {

/// Compares the closure in `frames_csv` with the truth in `truth_csv`, frame by frame and blink by
/// blink. Throws InputError as the readers and closure::compare_closure do.
closure::ClosureComparison compare_closure_files(const std::filesystem::path& truth_csv,
                                                 const std::filesystem::path& frames_csv);

}  // namespace eyelid::pipeline
