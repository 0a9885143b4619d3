// SPDX-License-Identifier: MIT
// Linux and macOS.
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

#include "eyelid/platform/file.hpp"

namespace eyelid::platform {
namespace {

namespace fs = std::filesystem;

std::error_code last_error() { return {errno, std::generic_category()}; }

std::error_code error_unless(bool is_done) { return is_done ? std::error_code() : last_error(); }

int open_descriptor(const fs::path& path, Opening opening) {
  switch (opening) {
    case Opening::kRead:
      return ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    case Opening::kReadWrite:
      return ::open(path.c_str(), O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    case Opening::kNew:
      return ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    case Opening::kReadWriteOrNew:
      break;
  }
  return ::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644);
}

int descriptor_of(std::intptr_t handle) { return static_cast<int>(handle); }

fs::file_type type_of(mode_t mode) {
  if (S_ISREG(mode)) return fs::file_type::regular;
  if (S_ISDIR(mode)) return fs::file_type::directory;
  if (S_ISFIFO(mode)) return fs::file_type::fifo;
  if (S_ISSOCK(mode)) return fs::file_type::socket;
  return S_ISBLK(mode) ? fs::file_type::block : fs::file_type::character;
}

FileIdentity identity_in(const struct stat& status) {
  return {static_cast<std::uint64_t>(status.st_dev), static_cast<std::uint64_t>(status.st_ino)};
}

/// `call` until no signal interrupts it. -1 with an error.
template <class Call>
ssize_t repeated(Call call, std::error_code& error) {
  ssize_t count = 0;
  do {
    count = call();
  } while (count < 0 && errno == EINTR);
  error = error_unless(count >= 0);
  return count;
}

std::size_t bytes_of(ssize_t count) { return count > 0 ? static_cast<std::size_t>(count) : 0; }

}  // namespace

File::File(const fs::path& path, Opening opening, std::error_code& error)
    : handle_(open_descriptor(path, opening)) {
  error = error_unless(is_open());
}

File File::locked_folder(const fs::path& folder, std::error_code& error) {
  File file;
  file.handle_ = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  error = error_unless(file.is_open());
  if (!error) error = file.try_lock();
  if (error) file.close();
  return file;
}

void File::close() {
  if (is_open()) ::close(descriptor_of(std::exchange(handle_, kNone)));
}

FileStatus File::status(std::error_code& error) const {
  struct stat status {};
  error = error_unless(::fstat(descriptor_of(handle_), &status) == 0);
  if (error) return {};
  return {type_of(status.st_mode), status.st_size, identity_in(status)};
}

std::size_t File::read(std::span<std::byte> bytes, std::error_code& error) {
  return bytes_of(
      repeated([&] { return ::read(descriptor_of(handle_), bytes.data(), bytes.size()); }, error));
}

std::size_t File::read_at(std::int64_t offset,
                          std::span<std::byte> bytes,
                          std::error_code& error) const {
  return bytes_of(repeated(
      [&] { return ::pread(descriptor_of(handle_), bytes.data(), bytes.size(), offset); }, error));
}

std::size_t File::write_at(std::int64_t offset,
                           std::span<const std::byte> bytes,
                           std::error_code& error) {
  error.clear();
  std::size_t written = 0;
  while (written < bytes.size()) {
    const std::span<const std::byte> left = bytes.subspan(written);
    const std::int64_t next = offset + static_cast<std::int64_t>(written);
    const ssize_t count = repeated(
        [&] { return ::pwrite(descriptor_of(handle_), left.data(), left.size(), next); }, error);
    if (count == 0) error = std::make_error_code(std::errc::no_space_on_device);
    if (error) break;
    written += bytes_of(count);
  }
  return written;
}

std::error_code File::truncate() {
  return error_unless(::ftruncate(descriptor_of(handle_), 0) == 0);
}

std::error_code File::delayed_error() const {
  const int copy = ::dup(descriptor_of(handle_));
  return error_unless(copy >= 0 && ::close(copy) == 0);
}

std::error_code File::try_lock() {
  return error_unless(::flock(descriptor_of(handle_), LOCK_EX | LOCK_NB) == 0);
}

// Not std::filesystem::equivalent(): it fails for sockets and pipes on some systems.
std::optional<FileIdentity> identity_of(const fs::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return identity_in(status);
}

std::error_code rename_file(const fs::path& from, const fs::path& to) {
  return error_unless(std::rename(from.c_str(), to.c_str()) == 0);
}

std::error_code sync(const fs::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return last_error();
#if defined(F_FULLFSYNC)  // macOS: fsync() only hands the bytes to the disk, which may lose them
  const bool is_done = ::fcntl(descriptor, F_FULLFSYNC) == 0 || ::fsync(descriptor) == 0;
#else
  const bool is_done = ::fsync(descriptor) == 0;
#endif
  const std::error_code error = error_unless(is_done);
  ::close(descriptor);
  return error;
}

std::error_code check_takes_files(const fs::path& folder) {
  return error_unless(::access(folder.c_str(), W_OK | X_OK) == 0);
}

std::FILE* open_unnamed(const fs::path& folder, std::error_code& error) {
  std::string name = (folder / ".eyelid-spool-XXXXXX").string();
  const int descriptor = ::mkostemp(name.data(), O_CLOEXEC);
  error = error_unless(descriptor >= 0);
  if (error) return nullptr;
  ::unlink(name.c_str());
  std::FILE* stream = ::fdopen(descriptor, "w+b");
  error = error_unless(stream != nullptr);
  if (error) ::close(descriptor);
  return stream;
}

}  // namespace eyelid::platform
