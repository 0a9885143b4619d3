// SPDX-License-Identifier: MIT
#include "eyelid/files/run_commit.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <system_error>

#include "eyelid/core/error.hpp"
#include "eyelid/files/atomic_file.hpp"
#include "eyelid/files/output_check.hpp"
#include "eyelid/files/write_error.hpp"
#include "eyelid/platform/file.hpp"

namespace eyelid::files {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail_with(const fs::path& path, const char* what, const std::error_code& error) {
  throw WriteError(path.string() + ": " + what + " (" + error.message() +
                   "), expected a folder that takes new files and has room");
}

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(fs::symlink_status(path, ignored));
}

/// Waits until the disk has the file, so that a machine that fails cannot leave an empty one.
void sync_file(const fs::path& path) {
  const std::error_code error = platform::sync(path);
  // Some file systems have nothing to wait for.
  if (error && error != std::errc::invalid_argument && error != std::errc::not_supported)
    fail_with(path, "cannot be written", error);
}

/// What one commit moves. Every step looks at what is where, so that a commit can be continued, or
/// undone, from wherever it stopped.
class Journal {
 public:
  Journal(fs::path folder, fs::path private_folder, const Move& move)
      : folder_(std::move(folder)), private_(std::move(private_folder)), move_(move) {}

  void plan(const std::vector<std::string>& names) {
    for (const std::string& name : names) {
      check_output(folder_ / name);
      if (is_there(folder_ / name)) replaced_.push_back(name);
      if (is_there(staged(name))) placed_.push_back(name);
    }
    std::ranges::reverse(replaced_);
  }

  /// From here on the run is decided: whoever finds the journal completes it.
  void write() const {
    for (const std::string& name : placed_) sync_file(staged(name));
    std::error_code error;
    fs::create_directory(private_ / "old", error);
    if (error) fail_with(folder_, "cannot be written", error);
    std::string text;
    for (const std::string& name : replaced_) text += '-' + name + '\0';
    for (const std::string& name : placed_) text += '+' + name + '\0';
    write_file(path(), text, Durability::kSync);
  }

  void read() {
    std::ifstream file(path(), std::ios::binary);
    const std::string text(std::istreambuf_iterator<char>(file), {});
    if (!file) {
      fail_with(path(),
                "left by a run that was killed, cannot be read",
                std::make_error_code(std::errc::permission_denied));
    }
    for (std::size_t at = 0, end = 0; (end = text.find('\0', at)) != std::string::npos;
         at = end + 1) {
      std::vector<std::string>& names = text[at] == '-' ? replaced_ : placed_;
      names.push_back(text.substr(at + 1, end - at - 1));
    }
  }

  void complete() const {
    for (const std::string& name : replaced_) {
      if (!is_there(old(name)) && is_there(folder_ / name)) move_(folder_ / name, old(name));
    }
    for (const std::string& name : placed_) {
      if (is_there(staged(name))) move_(staged(name), folder_ / name);
    }
  }

  void undo() const {
    // From the last: session.json leaves first and comes back last.
    for (auto name = placed_.rbegin(); name != placed_.rend(); ++name) {
      if (!is_there(staged(*name)) && is_there(folder_ / *name)) {
        move_(folder_ / *name, staged(*name));
      }
    }
    for (auto name = replaced_.rbegin(); name != replaced_.rend(); ++name) {
      if (is_there(old(*name))) move_(old(*name), folder_ / *name);
    }
  }

  void remove() const {
    std::error_code error;
    fs::remove(path(), error);
    if (error) fail_with(path(), "cannot be removed", error);
  }

 private:
  fs::path path() const { return private_ / "commit"; }
  fs::path staged(const std::string& name) const { return private_ / kStagedFolder / name; }
  fs::path old(const std::string& name) const { return private_ / "old" / name; }

  fs::path folder_;
  fs::path private_;
  const Move& move_;
  std::vector<std::string> replaced_;  // the record first
  std::vector<std::string> placed_;    // the record last
};

void finish(const fs::path& folder, const fs::path& private_folder, const Move& move) {
  if (is_there(private_folder / "commit")) {
    Journal journal(folder, private_folder, move);
    journal.read();
    try {
      journal.complete();
    } catch (const InputError&) {
      journal.undo();
    }
    journal.remove();
  }
  remove_private_folder(private_folder);
}

}  // namespace

void rename_file(const fs::path& from, const fs::path& to) {
  if (const std::error_code error = platform::rename_file(from, to)) {
    const bool is_private = to.string().find(kRunPrefix) != std::string::npos;
    fail_with(
        is_private ? from : to, is_private ? "cannot be replaced" : "cannot be written", error);
  }
}

void commit_run(const fs::path& folder,
                const fs::path& private_folder,
                const std::vector<std::string>& names,
                const std::function<void()>& deliver,
                const Move& move) {
  Journal journal(folder, private_folder, move);
  journal.plan(names);
  journal.write();
  try {
    journal.complete();
    deliver();
  } catch (...) {
    try {
      journal.undo();
      journal.remove();
    } catch (const InputError&) {  // the next run in this folder completes or undoes it
    }
    throw;
  }
  try {
    journal.remove();
  } catch (const InputError&) {  // everything is in place; the next run removes it
  }
}

void finish_killed_runs(const fs::path& folder, const Move& move) {
  std::vector<fs::path> left;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    const bool is_run = entry->path().filename().string().starts_with(kRunPrefix);
    if (is_run && fs::symlink_status(entry->path()).type() == fs::file_type::directory) {
      left.push_back(entry->path());
    }
  }
  if (error) fail_with(folder, "cannot be read", error);
  for (const fs::path& private_folder : left) finish(folder, private_folder, move);
}

void remove_private_folder(const fs::path& private_folder) {
  if (is_there(private_folder / "commit")) return;
  std::error_code error;
  fs::remove_all(private_folder, error);
  // What kept it may have passed: too many open files while others still closed theirs.
  if (error) fs::remove_all(private_folder, error);
}

}  // namespace eyelid::files
