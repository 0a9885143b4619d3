// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>

#include "eyelid/evaluation/closure_comparison.hpp"

namespace eyelid::evaluation {

/// Compares the closure in `frames_csv` with the truth in `truth_csv`, frame by frame and blink by
/// blink. Throws InputError as the readers and evaluation::compare_closure do.
evaluation::ClosureComparison compare_closure_files(const std::filesystem::path& truth_csv,
                                                    const std::filesystem::path& frames_csv);

}  // namespace eyelid::evaluation
