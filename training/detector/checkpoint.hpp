// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>

#include "training/detector/detector_network.hpp"
#include "training/detector/optimizer.hpp"

namespace eyelid::training {

/// Writes all state of a run beside `path`, waits for the disk, then renames: the last checkpoint
/// stays whole whatever happens. `settings`: what must be the same when the run continues. Throws
/// InputError when the folder does not allow it.
void write_checkpoint(const std::filesystem::path& path,
                      DetectorNetwork& network,
                      Optimizer& optimizer,
                      const std::string& settings);

/// Takes up the state of a run. InputError when the file is damaged or was written under other
/// settings.
void read_checkpoint(const std::filesystem::path& path,
                     DetectorNetwork& network,
                     Optimizer& optimizer,
                     const std::string& settings);

/// Starts a new run from the averaged weights of another's checkpoint.
void read_averages(const std::filesystem::path& path,
                   DetectorNetwork& network,
                   Optimizer& optimizer);

}  // namespace eyelid::training
