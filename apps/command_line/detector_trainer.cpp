// SPDX-License-Identifier: MIT
#include "apps/command_line/detector_trainer.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "eyelid/core/error.hpp"

namespace eyelid::app {
namespace {

constexpr const char* kDetectorTrainer = "eyelid-train";

}  // namespace

void run_detector_trainer(const std::string& subcommand,
                          const std::vector<std::string>& arguments) {
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  const std::string beside = (self.parent_path() / kDetectorTrainer).string();
  std::vector<std::string> words = {kDetectorTrainer, subcommand};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  if (!error) execv(beside.c_str(), argv.data());
  execvp(kDetectorTrainer, argv.data());
  throw InputError(
      fmt::format("{} not found beside eyelid or in PATH ({}); expected a build with libtorch "
                  "installed (Debian: "
                  "libtorch-dev)",
                  kDetectorTrainer,
                  std::strerror(errno)));
}

}  // namespace eyelid::app
