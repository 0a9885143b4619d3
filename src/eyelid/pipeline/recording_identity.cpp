// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/recording_identity.hpp"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>
#include <vector>

#include "eyelid/core/error.hpp"
#include "eyelid/files/sha256.hpp"
#include "eyelid/video/clips.hpp"
#include "eyelid/video/frame_source.hpp"

namespace eyelid::pipeline {
namespace {

constexpr std::int64_t kEnd_bytes = std::int64_t{1} << 20;

/// The input files as one sequence of bytes.
class JoinedFiles {
 public:
  explicit JoinedFiles(std::vector<std::filesystem::path> files) : files_(std::move(files)) {
    for (const std::filesystem::path& file : files_) {
      std::error_code error;
      const std::uintmax_t bytes = std::filesystem::file_size(file, error);
      if (error) fail(file, error);
      starts_.push_back(size_);
      size_ += static_cast<std::int64_t>(bytes);
    }
  }

  std::int64_t size() const { return size_; }

  void add(std::int64_t from, std::int64_t to, files::Sha256& hash) const {
    for (std::size_t i = 0; i < files_.size(); ++i) {
      const std::int64_t end = i + 1 < files_.size() ? starts_[i + 1] : size_;
      const std::int64_t first = std::max(from, starts_[i]);
      const std::int64_t last = std::min(to, end);
      if (first < last) add_part(files_[i], first - starts_[i], last - first, hash);
    }
  }

 private:
  [[noreturn]] static void fail(const std::filesystem::path& file, std::error_code error) {
    throw InputError(file.string() + ": cannot be read (" + error.message() +
                     "), expected a readable file");
  }

  static void add_part(const std::filesystem::path& path,
                       std::int64_t offset,
                       std::int64_t count,
                       files::Sha256& hash) {
    std::vector<char> bytes(static_cast<std::size_t>(count));
    std::ifstream file(path, std::ios::binary);
    if (!file.seekg(offset).read(bytes.data(), count)) {
      fail(path, std::error_code(errno, std::generic_category()));
    }
    hash.add(std::as_bytes(std::span(bytes)));
  }

  std::vector<std::filesystem::path> files_;
  std::vector<std::int64_t> starts_;  // of each file in the sequence
  std::int64_t size_ = 0;
};

using Paths = std::vector<std::filesystem::path>;

Paths files_of_clip(const video::ClipInputs& inputs) {
  std::error_code ignored;
  if (!std::filesystem::is_directory(inputs.front(), ignored)) return inputs;
  return video::list_images(inputs.front());
}

ClipIdentity identity_of_files(Paths paths) {
  const JoinedFiles files(std::move(paths));
  files::Sha256 hash;
  const std::int64_t tail = std::max(files.size() - kEnd_bytes, std::int64_t{0});
  files.add(0, std::min(kEnd_bytes, tail), hash);  // no byte twice
  files.add(tail, files.size(), hash);
  ClipIdentity identity;
  identity.size = files.size();
  identity.sha256_ends = hash.hex();
  return identity;
}

}  // namespace

Paths files_of_recording(std::span<const std::filesystem::path> inputs) {
  Paths files;
  for (const video::ClipInputs& clip : video::clips_of({inputs.begin(), inputs.end()})) {
    std::ranges::copy(files_of_clip(clip), std::back_inserter(files));
  }
  return files;
}

RecordingIdentity identity_of(std::span<const std::filesystem::path> inputs) {
  const ClipIdentity whole = identity_of_files(files_of_recording(inputs));
  RecordingIdentity identity;
  identity.size = whole.size;
  identity.sha256_ends = whole.sha256_ends;
  const std::vector<video::ClipInputs> clips = video::clips_of({inputs.begin(), inputs.end()});
  if (clips.size() == 1) return identity;
  for (const video::ClipInputs& clip : clips) {
    identity.clips.push_back(identity_of_files(files_of_clip(clip)));
  }
  return identity;
}

bool is_same_recording(const RecordingIdentity& a, const RecordingIdentity& b) {
  if (a.size != b.size || a.sha256_ends != b.sha256_ends) return false;
  if (a.clips.empty() || b.clips.empty()) return true;
  return std::ranges::equal(a.clips, b.clips, [](const ClipIdentity& x, const ClipIdentity& y) {
    return x.size == y.size && x.sha256_ends == y.sha256_ends;
  });
}

}  // namespace eyelid::pipeline
