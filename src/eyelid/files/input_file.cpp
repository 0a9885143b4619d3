// SPDX-License-Identifier: MIT
#include "eyelid/files/input_file.hpp"

#include <cstring>
#include <system_error>

#include "eyelid/files/interruption.hpp"
#include "eyelid/files/output_check.hpp"

namespace eyelid::files {
namespace {

constexpr std::size_t kChunk_bytes = std::size_t{1} << 16;
// A picture with thousands of annotated faces takes a few megabytes of JSON.
constexpr std::size_t kMaxLine_bytes = std::size_t{16} << 20;

}  // namespace

InputFile::InputFile(const std::filesystem::path& path, std::string_view expected)
    : name_(path.string()), expected_(expected) {
  std::error_code error;
  file_ = platform::File(path, platform::Opening::kRead, error);
  platform::FileStatus status;
  if (!error) status = file_.status(error);
  if (error) {
    throw InputError(name_ + ": cannot be read (" + error.message() + "), expected " + expected_);
  }
  if (status.type != std::filesystem::file_type::regular) {
    throw InputError(name_ + ": is " + kind_of(status.type) + ", expected " + expected_);
  }
}

std::size_t InputFile::read(std::span<char> bytes) {
  throw_if_interrupted();
  std::error_code error;
  const std::size_t count = file_.read(std::as_writable_bytes(bytes), error);
  if (!error) return count;
  throw ReadError(name_ + ": reading failed (" + error.message() + "), expected " + expected_);
}

std::string read_input_file(const std::filesystem::path& path,
                            std::size_t max_bytes,
                            std::string_view expected) {
  InputFile file(path, expected);
  std::string text;
  std::vector<char> chunk(kChunk_bytes);
  // The size that the system states is not trusted: the file may grow while it is read.
  while (const std::size_t count = file.read(chunk)) {
    if (text.size() + count > max_bytes) {
      throw InputError(file.name() + ": more than " + std::to_string(max_bytes) +
                       " bytes, expected " + std::string(expected));
    }
    text.append(chunk.data(), count);
  }
  return text;
}

InputLines::InputLines(const std::filesystem::path& path, std::string_view expected)
    : file_(path, expected), chunk_(kChunk_bytes) {}

bool InputLines::next(std::string& line) {
  line.clear();
  bool has_break = false;
  while (!has_break) {
    if (position_ == size_) {
      position_ = 0;
      size_ = file_.read(chunk_);
      if (size_ == 0) break;
    }
    const char* begin = chunk_.data() + position_;
    const auto* line_break = static_cast<const char*>(std::memchr(begin, '\n', size_ - position_));
    has_break = line_break != nullptr;
    const std::size_t taken =
        has_break ? static_cast<std::size_t>(line_break - begin) : size_ - position_;
    line.append(begin, taken);
    position_ += taken + (has_break ? 1 : 0);
    if (line.size() > kMaxLine_bytes) {
      throw InputError(file_.name() + ":" + std::to_string(number_ + 1) +
                       ": found a line of more than 16 MB, expected text");
    }
  }
  is_unfinished_ = !has_break;
  if (!has_break && line.empty()) return false;
  ++number_;
  if (!line.empty() && line.back() == '\r') line.pop_back();
  return true;
}

}  // namespace eyelid::files
