// SPDX-License-Identifier: MIT
#pragma once

namespace eyelid::app {

/// What the help calls the values of options beside CLI11's TEXT, INT, and FLOAT. Manual pages call
/// them so, and shells complete them by these names (apps/command_reference).
inline constexpr const char* kPath = "PATH";  // a file or folder that is read
inline constexpr const char* kFolder = "FOLDER";
/// A file that is written: add_output_option() gives it, and no other option may have it.
inline constexpr const char* kOutputFile = "FILE";
inline constexpr const char* kPresetName = "PRESET";  // a name or a file

}  // namespace eyelid::app
