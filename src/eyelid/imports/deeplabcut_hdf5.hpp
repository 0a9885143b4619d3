// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "eyelid/imports/trace.hpp"

namespace eyelid::imports {

/// The points of DeepLabCut in HDF5: a frame that pandas stored as a table. Errors: InputError.
/// Threads: one at a time in the whole program (libhdf5).
Trace deeplabcut_hdf5_trace(const std::filesystem::path& path, const TraceOptions& options);

/// Tuples of text in a pickle of protocol 0, which PyTables stores as attributes; in their order.
/// What else is in there is skipped. Throws InputError without a file name for what is no such
/// pickle.
std::vector<std::vector<std::string>> tuples_in_pickle(std::string_view pickle);

}  // namespace eyelid::imports
