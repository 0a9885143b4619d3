// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "eyelid/core/session.hpp"

namespace eyelid::batch {

enum class FileCheck {
  Names,     // every file that session.json lists is there
  Contents,  // and has the SHA-256 noted; reads all of them
};

/// What is wrong with the files of a tracked session, one sentence; nothing where they are whole.
std::optional<std::string> fault_of_files(const std::filesystem::path& folder,
                                          const SessionSummary& summary,
                                          FileCheck check);

}  // namespace eyelid::batch
