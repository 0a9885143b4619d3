// SPDX-License-Identifier: MIT
#include "eyelid/files/record_spool.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include "eyelid/files/write_error.hpp"

namespace eyelid::files {

UnnamedFile::UnnamedFile(std::filesystem::path folder) : folder_(std::move(folder)) {
  std::string name = (folder_ / ".eyelid-spool-XXXXXX").string();
  const int descriptor = mkostemp(name.data(), O_CLOEXEC);
  if (descriptor < 0) fail("create");
  unlink(name.c_str());
  file_.reset(fdopen(descriptor, "w+b"));
  if (!file_) {
    const int reason = errno;
    close(descriptor);
    errno = reason;
    fail("open");
  }
}

void UnnamedFile::append(const void* bytes, std::size_t count) {
  EYELID_EXPECTS(position_ < 0);
  if (std::fwrite(bytes, count, 1, file_.get()) != 1) fail("write");
}

void UnnamedFile::read(std::int64_t offset, void* bytes, std::size_t count) {
  // A full disk may show only when the last buffer goes out.
  if (position_ < 0 && std::fflush(file_.get()) != 0) fail("write");
  if (offset != position_ && fseeko(file_.get(), offset, SEEK_SET) != 0) fail("read");
  if (std::fread(bytes, count, 1, file_.get()) != 1) fail("read");
  position_ = offset + static_cast<std::int64_t>(count);
}

void UnnamedFile::fail(const char* action) const {
  throw WriteError(folder_.string() + ": cannot " + action + " a temporary file (" +
                   std::generic_category().message(errno) +
                   "); expected a writable folder with free space");
}

}  // namespace eyelid::files
