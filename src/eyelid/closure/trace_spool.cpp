// SPDX-License-Identifier: MIT
#include "eyelid/closure/trace_spool.hpp"

#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <type_traits>

#include "eyelid/core/error.hpp"

namespace eyelid::closure {
namespace {

// The record without padding, so that every byte written is initialized.
struct StoredRecord {
  std::int64_t frame;
  double time_s;
  float ear_right, ear_left, face_score;
  float x, y, width, height;
  std::uint16_t is_trustworthy, is_suspect;
};
static_assert(sizeof(StoredRecord) == 48 && std::is_trivially_copyable_v<StoredRecord>);

std::string sentence(const std::filesystem::path& folder, const char* action) {
  return folder.string() + ": cannot " + action + " the temporary trace file (" +
         std::generic_category().message(errno) + "); a writable folder with 48 bytes per frame" +
         " of free space is needed";
}

}  // namespace

TraceSpool::TraceSpool(const std::filesystem::path& folder) : folder_(folder) {
  std::string name = (folder / ".eyelid-trace-XXXXXX").string();
  const int descriptor = mkstemp(name.data());
  if (descriptor < 0) throw InputError(sentence(folder_, "create"));
  unlink(name.c_str());
  file_.reset(fdopen(descriptor, "w+b"));
  if (!file_) {
    const int reason = errno;
    close(descriptor);
    errno = reason;
    throw InputError(sentence(folder_, "open"));
  }
}

void TraceSpool::fail(const char* action) const { throw InputError(sentence(folder_, action)); }

void TraceSpool::append(const ClosureInput& record) {
  EYELID_EXPECTS(!is_reading_);
  const StoredRecord stored{record.frame,
                            record.time_s,
                            record.ear.right,
                            record.ear.left,
                            record.face_score,
                            record.face_box.x,
                            record.face_box.y,
                            record.face_box.width,
                            record.face_box.height,
                            record.is_trustworthy,
                            record.is_suspect};
  if (std::fwrite(&stored, sizeof stored, 1, file_.get()) != 1) fail("write");
  ++size_;
}

void TraceSpool::rewind() {
  // A full disk may show only when the last buffer goes out.
  if (!is_reading_ && std::fflush(file_.get()) != 0) fail("write");
  is_reading_ = true;
  if (std::fseek(file_.get(), 0, SEEK_SET) != 0) fail("read");
  position_ = 0;
}

bool TraceSpool::next(ClosureInput& record) {
  EYELID_EXPECTS(is_reading_);
  if (position_ == size_) return false;
  StoredRecord stored;
  if (std::fread(&stored, sizeof stored, 1, file_.get()) != 1) fail("read");
  ++position_;
  record = {stored.frame,
            stored.time_s,
            {stored.ear_right, stored.ear_left},
            stored.is_trustworthy != 0,
            stored.is_suspect != 0,
            stored.face_score,
            {stored.x, stored.y, stored.width, stored.height}};
  return true;
}

}  // namespace eyelid::closure
