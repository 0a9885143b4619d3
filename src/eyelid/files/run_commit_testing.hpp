// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "eyelid/files/run_commit.hpp"
#include "temporary_folder.hpp"
#include "text_of_file.hpp"

namespace eyelid::files {

namespace fs = std::filesystem;
using Contents = std::map<std::string, std::string>;

inline const std::vector<std::string> kNames = {"a.csv", "b.csv", "c.csv", "session.json"};
// The old run had a.csv and no c.csv, the new one has c.csv and no a.csv.
inline const Contents kOld = {
    {"a.csv", "old"}, {"b.csv", "old"}, {"session.json", "old"}, {"trials.csv", "mine"}};
inline const Contents kNew = {
    {"b.csv", "new"}, {"c.csv", "new"}, {"session.json", "new"}, {"trials.csv", "mine"}};
inline constexpr int kMoves = 6;  // three old files go, three new ones come

/// A folder with an old run, a file of the user's, and a new run that is staged.
class StagedRun {
 public:
  StagedRun() {
    for (const auto& [name, text] : kOld) std::ofstream(folder_ / name) << text;
    fs::create_directories(private_folder() / kStagedFolder);
    for (const char* name : {"b.csv", "c.csv", "session.json"}) {
      std::ofstream(private_folder() / kStagedFolder / name) << "new";
    }
  }
  fs::path path() const { return folder_.path(); }
  fs::path private_folder() const { return folder_ / (std::string(kRunPrefix) + "abcdefgh"); }

  void commit(const Move& move) const {
    commit_run(
        path(), private_folder(), kNames, [] {}, move);
  }
  /// What a user sees.
  Contents visible() const {
    Contents files;
    for (const auto& entry : fs::directory_iterator(path())) {
      if (entry.is_directory()) continue;
      files[entry.path().filename().string()] = testing::text_of_file(entry.path());
    }
    return files;
  }
  int hidden() const {
    int count = 0;
    for (const auto& entry : fs::directory_iterator(path())) count += entry.is_directory();
    return count;
  }

 private:
  testing::TemporaryFolder folder_;
};

/// Files of both runs at once; a run without its record is not whole, but it is not mixed.
inline bool is_mixed(const Contents& visible) {
  bool has_old = false;
  bool has_new = false;
  for (const auto& [name, text] : visible) {
    has_old |= text == "old";
    has_new |= text == "new";
  }
  return has_old && has_new;
}

}  // namespace eyelid::files
