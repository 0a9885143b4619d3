// SPDX-License-Identifier: MIT
#include "eyelid/files/output_check.hpp"

#include <optional>
#include <random>
#include <set>
#include <string_view>
#include <system_error>

#include "eyelid/core/error.hpp"
#include "eyelid/files/run_commit.hpp"
#include "eyelid/platform/file.hpp"

namespace eyelid::files {
namespace {

namespace fs = std::filesystem;

using platform::FileIdentity;
using platform::identity_of;

std::set<FileIdentity> identities_of(std::span<const fs::path> paths) {
  std::set<FileIdentity> identities;
  for (const fs::path& path : paths) {
    if (const auto identity = identity_of(path)) identities.insert(*identity);
  }
  return identities;
}

[[noreturn]] void refuse_input(const fs::path& output) {
  throw InputError(output.string() + ": is an input, expected another place for the output");
}

void check_against(const fs::path& output, const std::set<FileIdentity>& inputs) {
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
  if (const auto identity = identity_of(output); identity && inputs.contains(*identity)) {
    refuse_input(output);
  }
}

}  // namespace

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

bool is_same_file(const fs::path& one, const fs::path& other) {
  const std::optional<FileIdentity> identity = identity_of(one);
  return identity && identity == identity_of(other);
}

void check_output(const fs::path& output, std::span<const fs::path> inputs) {
  check_outputs({&output, 1}, inputs);
}

void check_outputs(std::span<const fs::path> outputs, std::span<const fs::path> inputs) {
  const std::set<FileIdentity> identities = identities_of(inputs);
  for (const fs::path& output : outputs) check_against(output, identities);
}

void check_holds_no_input(const fs::path& folder, std::span<const fs::path> inputs) {
  const std::set<FileIdentity> identities = identities_of(inputs);
  std::error_code ignored;
  auto entry = fs::directory_iterator(folder, ignored);
  for (; !ignored && entry != fs::directory_iterator(); entry.increment(ignored)) {
    if (const auto identity = identity_of(entry->path());
        identity && identities.contains(*identity)) {
      refuse_input(entry->path());
    }
  }
}

void check_output_folder(const fs::path& output) {
  const fs::path folder = output.has_parent_path() ? output.parent_path() : fs::path(".");
  std::error_code error;
  if (!fs::is_directory(folder, error) && !error)
    error = std::make_error_code(std::errc::not_a_directory);
  if (!error) error = platform::check_takes_files(folder);
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
