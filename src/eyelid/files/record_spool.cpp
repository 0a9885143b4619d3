// SPDX-License-Identifier: MIT
#include "eyelid/files/record_spool.hpp"

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include "eyelid/files/write_error.hpp"
#include "eyelid/platform/file.hpp"

namespace eyelid::files {
namespace {
std::error_code last_error() { return {errno, std::generic_category()}; }
}  // namespace

UnnamedFile::UnnamedFile(std::filesystem::path folder) : folder_(std::move(folder)) {
  std::error_code error;
  file_.reset(platform::open_unnamed(folder_, error));
  if (error) fail("create", error);
}

void UnnamedFile::append(const void* bytes, std::size_t count) {
  EYELID_EXPECTS(position_ < 0);
  if (std::fwrite(bytes, count, 1, file_.get()) != 1) fail("write", last_error());
}

void UnnamedFile::read(std::int64_t offset, void* bytes, std::size_t count) {
  // A full disk may show only when the last buffer goes out.
  if (position_ < 0 && std::fflush(file_.get()) != 0) fail("write", last_error());
  if (offset != position_ && fseeko(file_.get(), offset, SEEK_SET) != 0) fail("read", last_error());
  if (std::fread(bytes, count, 1, file_.get()) != 1) fail("read", last_error());
  position_ = offset + static_cast<std::int64_t>(count);
}

void UnnamedFile::fail(const char* action, const std::error_code& error) const {
  throw WriteError(folder_.string() + ": cannot " + action + " a temporary file (" +
                   error.message() + "); expected a writable folder with free space");
}

}  // namespace eyelid::files
