// SPDX-License-Identifier: MIT
#include <windows.h>

#include <fcntl.h>
#include <io.h>

#include <algorithm>
#include <cstdio>
#include <cwchar>
#include <random>
#include <string>
#include <utility>

#include "eyelid/platform/file.hpp"

namespace eyelid::platform {
namespace {

namespace fs = std::filesystem;

// Others may do with the name what they may on the other systems: replace or remove it.
constexpr DWORD kShareAll = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;

std::error_code last_error() {
  return {static_cast<int>(::GetLastError()), std::system_category()};
}

std::error_code error_unless(bool is_done) { return is_done ? std::error_code() : last_error(); }

HANDLE handle_in(std::intptr_t handle) { return reinterpret_cast<HANDLE>(handle); }

HANDLE open_handle(const fs::path& path, DWORD access, DWORD share, DWORD creation, DWORD flags) {
  return ::CreateFileW(path.c_str(), access, share, nullptr, creation, flags, nullptr);
}

HANDLE open_handle(const fs::path& path, Opening opening) {
  constexpr DWORD kReadWrite = GENERIC_READ | GENERIC_WRITE;
  switch (opening) {
    case Opening::kRead:  // a folder too, so that it can be called one
      return open_handle(path, GENERIC_READ, kShareAll, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS);
    case Opening::kReadWrite:
      return open_handle(path, kReadWrite, kShareAll, OPEN_EXISTING, FILE_FLAG_OPEN_REPARSE_POINT);
    case Opening::kNew:
      return open_handle(path, kReadWrite, kShareAll, CREATE_NEW, FILE_ATTRIBUTE_NORMAL);
    case Opening::kReadWriteOrNew:
      break;
  }
  return open_handle(path, kReadWrite, kShareAll, OPEN_ALWAYS, FILE_FLAG_OPEN_REPARSE_POINT);
}

/// Whether a handle is of a link itself, not of what is behind it.
bool is_link(HANDLE handle) {
  BY_HANDLE_FILE_INFORMATION facts{};
  return ::GetFileInformationByHandle(handle, &facts) != 0 &&
         (facts.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0;
}

FileIdentity identity_in(const BY_HANDLE_FILE_INFORMATION& facts) {
  return {facts.dwVolumeSerialNumber,
          std::uint64_t{facts.nFileIndexHigh} << 32 | facts.nFileIndexLow};
}

/// Reading and writing take at most 4 GB at once.
DWORD bytes_at_once(std::size_t bytes) {
  return static_cast<DWORD>(std::min<std::size_t>(bytes, std::size_t{1} << 30));
}

OVERLAPPED place(std::int64_t offset) {
  OVERLAPPED place{};
  place.Offset = static_cast<DWORD>(offset);
  place.OffsetHigh = static_cast<DWORD>(offset >> 32);
  return place;
}

std::size_t read_from(HANDLE handle,
                      OVERLAPPED* place,
                      std::span<std::byte> bytes,
                      std::error_code& error) {
  DWORD count = 0;
  const bool is_done =
      ::ReadFile(handle, bytes.data(), bytes_at_once(bytes.size()), &count, place) != 0;
  const bool is_end = !is_done && ::GetLastError() == ERROR_HANDLE_EOF;
  error = error_unless(is_done || is_end);
  return count;
}

}  // namespace

File::File(const fs::path& path, Opening opening, std::error_code& error)
    : handle_(reinterpret_cast<std::intptr_t>(open_handle(path, opening))) {
  error = error_unless(is_open());
  if (is_open() && opening != Opening::kRead && is_link(handle_in(handle_))) {
    close();
    error = std::make_error_code(std::errc::too_many_symbolic_link_levels);  // as elsewhere
  }
}

// Folders have no locks, and one that is open without sharing takes no files from others, nor from
// this program. So a name in the memory of the system that exists while a handle does.
File File::locked_folder(const fs::path& folder, std::error_code& error) {
  const FileStatus status = [&] {
    const File file(folder, Opening::kRead, error);
    return error ? FileStatus() : file.status(error);
  }();
  if (!error && status.type != fs::file_type::directory) {
    error = std::make_error_code(std::errc::not_a_directory);
  }
  File lock;
  if (error) return lock;
  const std::wstring name = L"Global\\eyelid-" + std::to_wstring(status.identity.device) + L'-' +
                            std::to_wstring(status.identity.number);
  const HANDLE mutex = ::CreateMutexW(nullptr, FALSE, name.c_str());
  const DWORD reason = ::GetLastError();  // also of a mutex that was there
  if (mutex != nullptr) lock.handle_ = reinterpret_cast<std::intptr_t>(mutex);
  if (mutex != nullptr && reason != ERROR_ALREADY_EXISTS) return lock;
  lock.close();
  const bool is_held = reason == ERROR_ALREADY_EXISTS || reason == ERROR_ACCESS_DENIED;
  error = is_held ? std::make_error_code(std::errc::operation_would_block)
                  : std::error_code(static_cast<int>(reason), std::system_category());
  return lock;
}

void File::close() {
  if (is_open()) ::CloseHandle(handle_in(std::exchange(handle_, kNone)));
}

FileStatus File::status(std::error_code& error) const {
  error.clear();
  const DWORD kind = ::GetFileType(handle_in(handle_));
  if (kind == FILE_TYPE_PIPE) return {fs::file_type::fifo, 0, {}};
  if (kind == FILE_TYPE_CHAR) return {fs::file_type::character, 0, {}};
  BY_HANDLE_FILE_INFORMATION facts{};
  error = error_unless(::GetFileInformationByHandle(handle_in(handle_), &facts) != 0);
  if (error) return {};
  const DWORD attributes = facts.dwFileAttributes;
  FileStatus status{fs::file_type::regular,
                    static_cast<std::int64_t>(facts.nFileSizeHigh) << 32 | facts.nFileSizeLow,
                    identity_in(facts)};
  if ((attributes & FILE_ATTRIBUTE_DIRECTORY) != 0) status.type = fs::file_type::directory;
  return status;
}

std::size_t File::read(std::span<std::byte> bytes, std::error_code& error) {
  return read_from(handle_in(handle_), nullptr, bytes, error);
}

std::size_t File::read_at(std::int64_t offset,
                          std::span<std::byte> bytes,
                          std::error_code& error) const {
  OVERLAPPED from = place(offset);
  return read_from(handle_in(handle_), &from, bytes, error);
}

std::size_t File::write_at(std::int64_t offset,
                           std::span<const std::byte> bytes,
                           std::error_code& error) {
  error.clear();
  std::size_t written = 0;
  while (written < bytes.size()) {
    const std::span<const std::byte> left = bytes.subspan(written);
    OVERLAPPED to = place(offset + static_cast<std::int64_t>(written));
    DWORD count = 0;
    error = error_unless(
        ::WriteFile(handle_in(handle_), left.data(), bytes_at_once(left.size()), &count, &to) != 0);
    if (!error && count == 0) error = std::make_error_code(std::errc::no_space_on_device);
    if (error) break;
    written += count;
  }
  return written;
}

std::error_code File::truncate() {
  FILE_END_OF_FILE_INFO end{};
  return error_unless(
      ::SetFileInformationByHandle(handle_in(handle_), FileEndOfFileInfo, &end, sizeof end) != 0);
}

// Every write has said it.
std::error_code File::delayed_error() const { return {}; }

std::error_code File::try_lock() {
  // Far behind the end: what is locked, nobody else could read.
  OVERLAPPED byte = place(std::int64_t{1} << 62);
  const std::error_code error =
      error_unless(::LockFileEx(handle_in(handle_),
                                LOCKFILE_EXCLUSIVE_LOCK | LOCKFILE_FAIL_IMMEDIATELY,
                                0,
                                1,
                                0,
                                &byte) != 0);
  if (error.value() != ERROR_LOCK_VIOLATION && error.value() != ERROR_IO_PENDING) return error;
  return std::make_error_code(std::errc::operation_would_block);
}

std::optional<FileIdentity> identity_of(const fs::path& path) {
  const HANDLE handle = open_handle(path, 0, kShareAll, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS);
  if (handle == INVALID_HANDLE_VALUE) return std::nullopt;
  BY_HANDLE_FILE_INFORMATION facts{};
  const bool is_known = ::GetFileInformationByHandle(handle, &facts) != 0;
  ::CloseHandle(handle);
  if (!is_known) return std::nullopt;
  return identity_in(facts);
}

std::error_code rename_file(const fs::path& from, const fs::path& to) {
  return error_unless(::MoveFileExW(from.c_str(), to.c_str(), MOVEFILE_REPLACE_EXISTING) != 0);
}

std::error_code sync(const fs::path& path) {
  // Names in folders are in the journal of NTFS, which no program waits for.
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) return {};
  const HANDLE handle =
      open_handle(path, GENERIC_WRITE, kShareAll, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL);
  if (handle == INVALID_HANDLE_VALUE) return last_error();
  const std::error_code error = error_unless(::FlushFileBuffers(handle) != 0);
  ::CloseHandle(handle);
  return error;
}

std::error_code check_takes_files(const fs::path& folder) {
  const HANDLE handle =
      open_handle(folder, FILE_ADD_FILE, kShareAll, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS);
  if (handle == INVALID_HANDLE_VALUE) return last_error();
  ::CloseHandle(handle);
  return {};
}

std::FILE* open_unnamed(const fs::path& folder, std::error_code& error) {
  // It has a name, but goes when it is closed, also by the end of the program.
  std::random_device device;
  HANDLE handle = INVALID_HANDLE_VALUE;
  do {
    const fs::path path = folder / (L".eyelid-spool-" + std::to_wstring(device()));
    handle = open_handle(path,
                         GENERIC_READ | GENERIC_WRITE | DELETE,
                         kShareAll,
                         CREATE_NEW,
                         FILE_ATTRIBUTE_TEMPORARY | FILE_FLAG_DELETE_ON_CLOSE);
    error = error_unless(handle != INVALID_HANDLE_VALUE);
  } while (error.value() == ERROR_FILE_EXISTS);
  if (error) return nullptr;
  const int descriptor = ::_open_osfhandle(reinterpret_cast<std::intptr_t>(handle), _O_BINARY);
  std::FILE* stream = descriptor >= 0 ? ::_fdopen(descriptor, "w+b") : nullptr;
  if (stream != nullptr) return stream;
  error = std::make_error_code(std::errc::too_many_files_open);
  if (descriptor >= 0) {
    ::_close(descriptor);  // and the handle with it
  } else {
    ::CloseHandle(handle);
  }
  return nullptr;
}

}  // namespace eyelid::platform
