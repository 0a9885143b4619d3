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
  /// A server that sends less than 512 bytes a second for so long has failed.
  std::chrono::seconds stall_limit{30};
  int attempts = 3;  // of which each goes on where the last one ended
  std::function<void(std::uint64_t done, std::uint64_t all)> progress;  // may be empty
};

enum class DownloadOutcome {
  AlreadyThere,  // with the right hash: the net was not used
  Fetched,
  Resumed,  // fetched, the beginning by an earlier attempt
};

/// Brings one file into `folder` (made where absent).
///
/// Bytes go to `<file>.part` beside it; an interrupted transfer is gone on with (HTTP Range), also
/// by a later call. Only bytes of the pinned length and SHA-256 get the file's name, by renaming:
/// a file under its name is always whole. Servers without ranges, redirects (https stays https) and
/// proxies (the usual environment variables) are handled.
///
/// Throws InputError in one sentence with the address: not reachable, too slow, absent, cut off
/// (the part is kept), altered (the part is removed), disk full, or another process at the same
/// file. Threads: any, for different files.
DownloadOutcome download_file(const ManifestFile& file,
                              const std::filesystem::path& folder,
                              const DownloadOptions& options = {});

/// Whether the file is in the folder with the pinned hash.
bool is_downloaded(const ManifestFile& file, const std::filesystem::path& folder);

}  // namespace eyelid::download
