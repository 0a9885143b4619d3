// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "apps/command_line/cli.hpp"
#include "eyelid/core/calibration.hpp"
#include "eyelid/pipeline/setup.hpp"

namespace eyelid::app {

/// Names on the command line and what they stand for.
template <class Choice>
using Choices = std::map<std::string, Choice>;

/// An option that takes one of `names`; `read` gets the one chosen, the help shows `shown`.
CLI::Option* add_named(CLI::App& command,
                       const std::string& option,
                       const std::vector<std::string>& names,
                       const std::string& shown,
                       const std::function<void(const std::string&)>& read,
                       const std::string& description);

/// An option that takes one of the choices; its default is the first that stands for `value`.
template <class Choice>
CLI::Option* add_choice(CLI::App& command,
                        const std::string& option,
                        Choice& value,
                        const Choices<Choice>& choices,
                        const std::string& description) {
  std::vector<std::string> names;
  std::string shown;
  for (const auto& [name, choice] : choices) {
    names.push_back(name);
    if (choice == value && shown.empty()) shown = name;
  }
  const auto read = [&value, choices](const std::string& name) { value = choices.at(name); };
  return add_named(command, option, names, shown, read, description);
}

inline const Choices<pipeline::DetectorKind> kDetectorChoices = {
    {"blazeface", pipeline::DetectorKind::BlazeFace},
    {"hog", pipeline::DetectorKind::Hog},
    {"mtcnn", pipeline::DetectorKind::Mtcnn}};

/// Options added to `command` while this lives stand under the heading `name` in its help.
class OptionGroup {
 public:
  OptionGroup(CLI::App& command, const std::string& name);
  ~OptionGroup();  // NOLINT(bugprone-exception-escape): sets a name that was accepted before
  OptionGroup(const OptionGroup&) = delete;
  OptionGroup& operator=(const OptionGroup&) = delete;

 private:
  CLI::OptionDefaults& defaults_;
  std::string before_;
};

/// --detector --landmarks --detector-model --landmark-model --upsample --device --precision
/// --detect-every --score.
void add_measurement_options(CLI::App& command, pipeline::SetupRequest& request);
/// These, --threads and --batch: for every command that runs the detector or the landmarks.
void add_setup_options(CLI::App& command, pipeline::SetupRequest& request);

/// --threads N
CLI::Option* add_threads_option(CLI::App& command, std::optional<int>& threads);

/// --subject --glasses --distance: the conditions of a calibration but for the camera.
void add_subject_options(CLI::App& command, Calibration& conditions);
/// And --camera.
void add_condition_options(CLI::App& command, Calibration& conditions);

/// --json FILE
void add_json_option(CLI::App& command, std::filesystem::path& json);

/// --html FILE
void add_html_option(CLI::App& command, std::filesystem::path& html);

}  // namespace eyelid::app
