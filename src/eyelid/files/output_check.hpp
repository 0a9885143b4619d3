// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <span>
#include <string>

namespace eyelid::files {

/// "a folder", "a pipe": what is no regular file, as messages name it.
const char* kind_of(std::filesystem::file_type type);

/// Whether both paths lead to one existing file or folder.
bool is_same_file(const std::filesystem::path& one, const std::filesystem::path& other);

/// Refuses an output that would destroy something else: a link, device, pipe, socket or folder, or
/// one of `inputs`. Nothing there yet, or a regular file, is fine; so is a folder reached by links.
/// Errors: InputError naming `output`, what was found and what was expected.
void check_output(const std::filesystem::path& output,
                  std::span<const std::filesystem::path> inputs = {});

/// The same of many outputs at once: every input is looked up once.
void check_outputs(std::span<const std::filesystem::path> outputs,
                   std::span<const std::filesystem::path> inputs);

/// Refuses a folder that directly holds one of `inputs`, under any name, for outputs whose names
/// are not known before the work. A folder that is not there is fine. Errors: InputError as above.
void check_holds_no_input(const std::filesystem::path& folder,
                          std::span<const std::filesystem::path> inputs);

/// Refuses an output in a folder that is missing or takes no new files, so that a long job need not
/// fail at its end. Errors: InputError as above.
void check_output_folder(const std::filesystem::path& output);

/// The path to name in messages: a file staged in a private folder (run_commit.hpp) has the name
/// that the user will find.
std::filesystem::path shown_path(const std::filesystem::path& path);

/// Eight letters that nobody can foresee, for the names of temporary files in shared folders.
std::string unpredictable_letters();

}  // namespace eyelid::files
