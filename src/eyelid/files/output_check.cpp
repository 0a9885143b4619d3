// SPDX-License-Identifier: MIT
#include "eyelid/files/output_check.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <random>
#include <string_view>
#include <system_error>

#include "eyelid/core/error.hpp"
#include "eyelid/files/run_commit.hpp"

namespace eyelid::files {
namespace {

namespace fs = std::filesystem;

const char* kind_of(fs::file_type type) {
  switch (type) {
    case fs::file_type::directory:
      return "a folder";
    case fs::file_type::symlink:
      return "a link";
    case fs::file_type::fifo:
      return "a pipe";
    case fs::file_type::socket:
      return "a socket";
    case fs::file_type::block:
    case fs::file_type::character:
      return "a device";
    default:
      return "not a file";
  }
}

}  // namespace

bool is_same_file(const fs::path& one, const fs::path& other) {
  // Not std::filesystem::equivalent(): it fails for sockets and pipes on some systems.
  struct stat a {
  }, b{};
  return ::stat(one.c_str(), &a) == 0 && ::stat(other.c_str(), &b) == 0 && a.st_dev == b.st_dev &&
         a.st_ino == b.st_ino;
}

void check_output(const fs::path& output, std::span<const fs::path> inputs) {
  if (output.empty())
    throw InputError("an output file has an empty name, expected the name of a file");
  std::error_code ignored;
  const fs::file_type type = fs::symlink_status(output, ignored).type();
  const bool is_free = type == fs::file_type::not_found || type == fs::file_type::none;
  if (!output.has_filename() || (!is_free && type != fs::file_type::regular)) {
    throw InputError(output.string() + ": is " +
                     (output.has_filename() ? kind_of(type) : "the name of a folder") +
                     ", expected a regular file or a new name for the output");
  }
  if (is_free) return;
  for (const fs::path& input : inputs) {
    if (is_same_file(output, input)) {
      throw InputError(output.string() + ": is an input, expected another place for the output");
    }
  }
}

void check_output_folder(const fs::path& output) {
  const fs::path folder = output.has_parent_path() ? output.parent_path() : fs::path(".");
  std::error_code error;
  if (!fs::is_directory(folder, error) && !error)
    error = std::make_error_code(std::errc::not_a_directory);
  if (!error && ::access(folder.c_str(), W_OK | X_OK) != 0) {
    error = std::error_code(errno, std::generic_category());
  }
  if (error) {
    throw InputError(output.string() + ": cannot be written (" + error.message() +
                     "), expected a folder that takes new files");
  }
}

fs::path shown_path(const fs::path& path) {
  const fs::path private_folder = path.parent_path().parent_path();
  if (!private_folder.filename().string().starts_with(kRunPrefix)) return path;
  return private_folder.parent_path() / path.filename();
}

std::string unpredictable_letters() {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789";
  std::random_device device;
  std::uniform_int_distribution<std::size_t> letter(0, kLetters.size() - 1);
  std::string letters;
  for (int i = 0; i < 8; ++i) letters += kLetters[letter(device)];
  return letters;
}

}  // namespace eyelid::files
