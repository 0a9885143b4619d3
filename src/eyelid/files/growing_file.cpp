// SPDX-License-Identifier: MIT
#include "eyelid/files/growing_file.hpp"

#include <algorithm>
#include <string>
#include <system_error>
#include <utility>

#include "eyelid/core/error.hpp"
#include "eyelid/files/output_check.hpp"
#include "eyelid/files/write_error.hpp"

namespace eyelid::files {
namespace {

[[noreturn]] void fail_to_grow(const std::filesystem::path& path, const std::error_code& error) {
  throw WriteError(shown_path(path).string() + ": cannot be written (" + error.message() +
                   "), expected a new file in a folder that has room");
}

}  // namespace

GrowingFile::GrowingFile(std::filesystem::path path) : path_(std::move(path)) {
  std::error_code error;
  file_ = platform::File(path_, platform::Opening::kNew, error);
  if (error) fail_to_grow(path_, error);
}

void GrowingFile::write(std::string_view text) {
  write(std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

void GrowingFile::write(std::span<const std::uint8_t> bytes) {
  std::error_code error;
  position_ += static_cast<std::int64_t>(file_.write_at(position_, std::as_bytes(bytes), error));
  if (error) fail_to_grow(path_, error);
  size_ = std::max(size_, position_);
}

}  // namespace eyelid::files
