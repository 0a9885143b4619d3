// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/point_spool.hpp"

#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <type_traits>

#include "eyelid/core/error.hpp"

namespace eyelid::pipeline {
namespace {

static_assert(std::is_trivially_copyable_v<PointSpool::Record>);

[[noreturn]] void throw_io_error(const std::filesystem::path& folder, const char* what) {
  throw InputError(folder.string() + ": " + what + " the temporary file of lid points failed (" +
                   std::strerror(errno) + "); expected a writable folder with free space");
}

}  // namespace

PointSpool::PointSpool(const std::filesystem::path& folder) : folder_(folder) {
  std::string name = (folder / ".points-XXXXXX").string();
  const int descriptor = mkstemp(name.data());
  if (descriptor < 0) throw_io_error(folder_, "creating");
  unlink(name.c_str());
  file_.reset(fdopen(descriptor, "w+b"));
  if (!file_) throw_io_error(folder_, "opening");
}

void PointSpool::append(const FrameMeasurement& measurement) {
  Record record{};
  record.has_eyes = measurement.eyes.has_value() && measurement.is_trustworthy;
  if (measurement.eyes) record.eyes = *measurement.eyes;
  if (measurement.face) record.face = measurement.face->box;
  if (std::fwrite(&record, sizeof record, 1, file_.get()) != 1) throw_io_error(folder_, "writing");
  ++count_;
}

PointSpool::Record PointSpool::read(std::int64_t frame) {
  EYELID_EXPECTS(frame >= 0 && frame < count_);
  Record record{};
  const auto offset = static_cast<off_t>(frame) * static_cast<off_t>(sizeof record);
  if (fseeko(file_.get(), offset, SEEK_SET) != 0 ||
      std::fread(&record, sizeof record, 1, file_.get()) != 1) {
    throw_io_error(folder_, "reading");
  }
  return record;
}

}  // namespace eyelid::pipeline
