// SPDX-License-Identifier: MIT
#include "eyelid/download/part_file.hpp"

#include <utility>
#include <vector>

#include "eyelid/core/error.hpp"
#include "eyelid/files/atomic_file.hpp"
#include "eyelid/files/sha256.hpp"

namespace eyelid::download {

PartFile::PartFile(std::filesystem::path final_path)
    : final_path_(std::move(final_path)), path_(final_path_) {
  path_ += ".part";
  for (;;) {
    std::error_code error;
    file_ = platform::File(path_, platform::Opening::kReadWriteOrNew, error);
    if (error) fail("open", error);
    error = file_.try_lock();
    if (error == std::errc::operation_would_block) {
      throw InputError(path_.string() + ": another process is downloading it, expected no other");
    }
    if (error) fail("lock", error);
    // Between opening and locking, its owner may have renamed it: never write to the final file.
    const platform::FileStatus status = file_.status(error);
    if (!error && platform::identity_of(path_) == status.identity) {
      size_ = static_cast<std::uint64_t>(status.size);
      return;
    }
  }
}

void PartFile::append(const void* bytes, std::size_t count) {
  std::error_code error;
  size_ += file_.write_at(
      static_cast<std::int64_t>(size_), {static_cast<const std::byte*>(bytes), count}, error);
  if (error) fail("write", error);
}

void PartFile::clear() {
  if (const std::error_code error = file_.truncate()) fail("truncate", error);
  size_ = 0;
}

void PartFile::remove() {
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
}

std::string PartFile::sha256() const {
  std::vector<std::byte> bytes(size_);
  std::size_t read = 0;
  while (read < bytes.size()) {
    std::error_code error;
    const std::size_t count =
        file_.read_at(static_cast<std::int64_t>(read), std::span(bytes).subspan(read), error);
    if (!error && count == 0) error = std::make_error_code(std::errc::io_error);
    if (error) fail("read", error);
    read += count;
  }
  return files::sha256_hex(bytes);
}

void PartFile::commit() { files::commit_file(path_, final_path_, files::Durability::kSync); }

void PartFile::fail(const char* what, const std::error_code& error) const {
  throw InputError(path_.string() + ": cannot " + what + " (" + error.message() +
                   "), expected a folder with free space");
}

}  // namespace eyelid::download
