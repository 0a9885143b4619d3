// SPDX-License-Identifier: MIT
#include "eyelid/files/atomic_file.hpp"

#include <algorithm>
#include <mutex>
#include <set>
#include <system_error>
#include <utility>

#include "eyelid/core/error.hpp"
#include "eyelid/files/output_check.hpp"
#include "eyelid/files/write_error.hpp"

namespace eyelid::files {
namespace {

namespace fs = std::filesystem;

// Tables are written cell by cell: one system call per 64 KiB, not per cell.
constexpr std::size_t kWaiting_bytes = std::size_t{1} << 16;

constexpr std::string_view kPartialSuffix = ".partial";
const std::string kPartialPrefix = ".eyelid-";

[[noreturn]] void fail(const fs::path& path, const std::error_code& error) {
  throw WriteError(shown_path(path).string() + ": cannot be written (" + error.message() +
                   "), expected a folder that takes new files and has room");
}

fs::path folder_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

/// The lock tells a file that is being written from one that a killed program left behind. A file
/// system without locks has no such leftovers removed.
bool is_locked_by_us(platform::File& file) {
  return file.try_lock() != std::errc::operation_would_block;
}

void remove_if_left_behind(const fs::path& path) {
  std::error_code error;
  platform::File file(path, platform::Opening::kReadWrite, error);
  if (error || file.status(error).type != fs::file_type::regular || file.try_lock()) return;
  fs::remove(path, error);
}

/// Once per folder: thousands of pictures may be written to one.
void remove_leftovers(const fs::path& folder) {
  static std::mutex mutex;
  static std::set<fs::path> cleaned;
  {
    const std::lock_guard lock(mutex);
    if (!cleaned.insert(folder).second) return;
  }
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (name.starts_with(kPartialPrefix) && name.ends_with(kPartialSuffix)) {
      remove_if_left_behind(entry->path());
    }
  }
}

}  // namespace

void commit_file(const fs::path& partial, const fs::path& path, Durability durability) {
  if (durability == Durability::kSync) {
    if (const std::error_code error = platform::sync(partial)) fail(path, error);
  }
  check_output(path);
  if (const std::error_code error = platform::rename_file(partial, path)) fail(path, error);
  // The file is in place; some file systems cannot sync a folder.
  if (durability == Durability::kSync) platform::sync(folder_of(path));
}

void write_file(const fs::path& path, std::string_view text, Durability durability) {
  AtomicFile file(path);
  file.write(text);
  file.commit(durability);
}

void write_file(const fs::path& path, std::span<const std::byte> bytes, Durability durability) {
  write_file(path,
             std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()),
             durability);
}

AtomicFile::AtomicFile(fs::path path) : path_(std::move(path)) {
  check_output(path_);
  remove_leftovers(folder_of(path_));
  create();
}

void AtomicFile::create() {
  for (;;) {
    partial_ =
        folder_of(path_) / (kPartialPrefix + unpredictable_letters() + std::string(kPartialSuffix));
    std::error_code error;
    file_ = platform::File(partial_, platform::Opening::kNew, error);
    if (error == std::errc::file_exists) continue;
    if (error) fail(path_, error);
    if (is_locked_by_us(file_)) return;
    // Another program took it for a leftover before it was locked.
    file_.close();
  }
}

AtomicFile::~AtomicFile() {
  file_.close();
  std::error_code ignored;
  if (!partial_.empty()) fs::remove(partial_, ignored);
}

void AtomicFile::write(std::string_view text) {
  write(std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

void AtomicFile::write(std::span<const std::uint8_t> bytes) {
  EYELID_EXPECTS(file_.is_open());
  const std::int64_t waiting_end = waiting_offset_ + std::ssize(waiting_);
  if (position_ != waiting_end || waiting_.size() + bytes.size() > kWaiting_bytes) {
    flush();
    waiting_offset_ = position_;
  }
  if (bytes.size() > kWaiting_bytes) {
    write_out(std::as_bytes(bytes), position_);
    waiting_offset_ = position_ + std::ssize(bytes);
  } else {
    waiting_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  position_ += std::ssize(bytes);
  size_ = std::max(size_, position_);
}

void AtomicFile::flush() {
  write_out(std::as_bytes(std::span(waiting_)), waiting_offset_);
  waiting_.clear();
}

void AtomicFile::write_out(std::span<const std::byte> bytes, std::int64_t offset) {
  std::error_code error;
  file_.write_at(offset, bytes, error);
  if (error) fail(path_, error);
}

void AtomicFile::complete() {
  EYELID_EXPECTS(file_.is_open());
  flush();
  // Network file systems report a full disk only when a file is closed, and the lock must last
  // until it has its name.
  if (const std::error_code error = file_.delayed_error()) fail(path_, error);
}

void AtomicFile::commit(Durability durability) {
  complete();
  commit_file(partial_, path_, durability);
  partial_.clear();
  file_.close();
}

}  // namespace eyelid::files
