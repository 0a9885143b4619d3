// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "eyelid/evaluation/annotated_pictures.hpp"

namespace eyelid::evaluation {

/// One format each; see read_annotated_pictures().
AnnotatedPictures read_wider(const std::filesystem::path& folder);

/// A number that can be a place in a picture: finite and within +-100000.
std::optional<float> number_of(const std::string& word);

/// Throws InputError when not one picture is usable, with the first problem.
void expect_some_picture(const AnnotatedPictures& set);

}  // namespace eyelid::evaluation
