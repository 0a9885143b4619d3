// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>

#include "eyelid/download/model_manifest.hpp"

namespace eyelid::download {

struct DownloadOptions {
  std::chrono::seconds connect_limit{15};
  /// A server that sends less than 512 bytes/s for this long has failed.
  std::chrono::seconds stall_limit{30};
  int attempts = 3;  // each resumes where the previous one ended
  std::function<void(std::uint64_t done, std::uint64_t all)> progress;  // may be empty
};

enum class DownloadOutcome {
  AlreadyThere,  // with the right hash; the network was not used
  Fetched,
  Resumed,  // fetched, partly by an earlier attempt
};

/// Downloads one file into `folder`, creating it if needed.
///
/// Bytes go to `<file>.part` next to it; an interrupted transfer is resumed (HTTP Range), also by a
/// later call. Only a file of the pinned length and SHA-256 gets its name, so that a file under its
/// name is always complete. Handles servers without ranges, redirects (https stays https), and
/// proxies (the usual environment variables).
///
/// Throws InputError in one sentence with the address: unreachable, too slow, absent, interrupted
/// (the part is kept), altered (the part is removed), disk full, or in use by another process.
/// Threads: any, for different files.
DownloadOutcome download_file(const ManifestFile& file,
                              const std::filesystem::path& folder,
                              const DownloadOptions& options = {});

/// True if the file is in the folder with the pinned hash.
bool is_downloaded(const ManifestFile& file, const std::filesystem::path& folder);

}  // namespace eyelid::download
