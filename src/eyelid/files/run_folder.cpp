// SPDX-License-Identifier: MIT
#include "eyelid/files/run_folder.hpp"

#include <algorithm>
#include <cstdlib>
#include <system_error>
#include <utility>

#include "eyelid/core/error.hpp"
#include "eyelid/files/output_check.hpp"
#include "eyelid/files/run_commit.hpp"
#include "eyelid/files/sha256.hpp"
#include "eyelid/files/write_error.hpp"
#include "eyelid/platform/file.hpp"

namespace eyelid::files {

namespace fs = std::filesystem;

RunFolder::RunFolder(fs::path folder,
                     std::vector<std::string> names,
                     std::span<const fs::path> inputs)
    : folder_(std::move(folder)),
      made_(folder_),
      lock_(folder_),
      names_(std::move(names)),
      inputs_(inputs.begin(), inputs.end()) {
  EYELID_EXPECTS(!names_.empty());
  finish_killed_runs(folder_);
  for (const std::string& name : names_) check_output(folder_ / name, inputs_);
  private_ = folder_ / (kRunPrefix + unpredictable_letters());
  std::error_code error;
  // Never an existing one: create_directory() says false for it.
  if (!fs::create_directory(private_, error) ||
      !fs::create_directory(private_ / kStagedFolder, error)) {
    remove_private_folder(private_);
    throw WriteError(folder_.string() + ": cannot be written (" + error.message() +
                     "), expected a folder that takes new files and has room");
  }
}

RunFolder::~RunFolder() { remove_private_folder(private_); }

fs::path RunFolder::scratch_folder() const {
  const char* name = std::getenv("TMPDIR");
  std::error_code error;
  const bool is_usable =
      name != nullptr && fs::is_directory(name, error) && !platform::check_takes_files(name);
  return is_usable ? fs::path(name) : private_;
}

fs::path RunFolder::staged(std::string_view name) const {
  EYELID_EXPECTS(std::ranges::find(names_, name) != names_.end());
  return private_ / kStagedFolder / name;
}

bool RunFolder::is_inside(const fs::path& output) const {
  return is_same_file(output.has_parent_path() ? output.parent_path() : fs::path("."), folder_);
}

void RunFolder::announce(const fs::path& output) const {
  check_output(output, inputs_);
  check_output_folder(output);
  if (is_inside(output) && std::ranges::find(names_, output.filename().string()) != names_.end()) {
    throw InputError(output.string() +
                     ": is the name of another output of this run, expected a "
                     "name of its own");
  }
}

void RunFolder::add(const fs::path& output, std::string_view text) {
  announce(output);
  if (is_inside(output)) {
    // Moved with the run, so that it is as old or as new as the rest.
    added_.push_back(output.filename().string());
    write_file(private_ / kStagedFolder / added_.back(), text);
    return;
  }
  elsewhere_.push_back(std::make_unique<AtomicFile>(output));
  elsewhere_.back()->write(text);
  elsewhere_.back()->complete();
}

std::map<std::string, std::string> RunFolder::hashes() const {
  std::map<std::string, std::string> hashes;
  std::error_code ignored;
  for (const std::string& name : std::span(names_).first(names_.size() - 1)) {
    if (fs::exists(staged(name), ignored)) hashes[name] = sha256_of_file(staged(name));
  }
  return hashes;
}

void RunFolder::commit() {
  std::vector<std::string> names = added_;
  names.insert(names.end(), names_.begin(), names_.end());
  commit_run(folder_, private_, names, [&] {
    for (const std::unique_ptr<AtomicFile>& file : elsewhere_) file->commit();
  });
  made_.keep();
}

}  // namespace eyelid::files
