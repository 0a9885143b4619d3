// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "apps/command_line/cli.hpp"
#include "eyelid/evaluation/landmark_datasets.hpp"

namespace eyelid::app {

/// `evaluate detector`: detectors side by side on annotated pictures.
void add_evaluate_detector(CLI::App& evaluate);

/// check_output_options() with the pictures of a data set.
void check_outputs_against(const CLI::App& command, const evaluation::LandmarkDataset& faces);

/// Lists on standard error the items of a data set that could not be used: the first 20, and how
/// many more there are.
void print_skipped(const std::vector<std::string>& problems);

}  // namespace eyelid::app
