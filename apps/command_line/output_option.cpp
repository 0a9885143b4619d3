// SPDX-License-Identifier: MIT
#include "apps/command_line/output_option.hpp"

#include <CLI/App.hpp>

#include <algorithm>
#include <fstream>
#include <system_error>
#include <vector>

#include "apps/command_line/value_names.hpp"
#include "eyelid/core/error.hpp"
#include "eyelid/files/output_check.hpp"
#include "eyelid/pipeline/track_session.hpp"
#include "eyelid/tables/calibration_file.hpp"

namespace eyelid::app {
namespace {

namespace fs = std::filesystem;

bool is_output(const CLI::Option& option) { return option.get_type_name() == kOutputFile; }

/// Folders of results are outputs, whatever they hold already.
bool is_output_folder(const CLI::Option& option) {
  return option.check_lname("out") || option.check_lname("errors");
}

/// What the options of a command name that exists, also in the form FORMAT:PATH.
std::vector<fs::path> inputs_of(const CLI::App& command) {
  std::vector<fs::path> inputs;
  for (const CLI::Option* option : command.get_options()) {
    if (is_output(*option) || is_output_folder(*option)) continue;
    for (const std::string& value : option->results()) {
      std::error_code ignored;
      for (const fs::path path : {value, value.substr(value.find(':') + 1)}) {
        if (!path.empty() && fs::exists(path, ignored)) inputs.push_back(path);
      }
    }
  }
  return inputs;
}

bool is_calibration(const fs::path& file) {
  try {
    tables::load_calibration(file);
    return true;
  } catch (const InputError&) {
    return false;
  }
}

/// What --json, --html, or --save-calibration wrote may be replaced, but no file of a session.
bool was_written_by_output_option(const fs::path& file) {
  if (std::ranges::count(pipeline::files_of_session(), file.filename().string()) > 0) return false;
  std::string head(1024, '\0');
  std::ifstream stream(file, std::ios::binary);
  stream.read(head.data(), static_cast<std::streamsize>(head.size()));
  head.resize(static_cast<std::size_t>(stream.gcount()));
  return head.starts_with("{\n  \"command\": ") ||
         head.find(" - eyelid</title>") != std::string::npos || is_calibration(file);
}

/// Whether a file that is there lies in or below the folder, also by a link or under another name.
bool holds(const fs::path& folder, const fs::path& file) {
  std::error_code ignored;
  for (fs::path at = fs::weakly_canonical(file, ignored); at.has_relative_path();
       at = at.parent_path()) {
    if (files::is_same_file(at.parent_path(), folder)) return true;
  }
  auto entry = fs::recursive_directory_iterator(
      folder, fs::directory_options::skip_permission_denied, ignored);
  for (; !ignored && entry != fs::recursive_directory_iterator(); entry.increment(ignored)) {
    if (files::is_same_file(entry->path(), file)) return true;
  }
  return false;
}

bool is_in_input_folder(const fs::path& file, const std::vector<fs::path>& inputs) {
  return std::ranges::any_of(inputs, [&](const fs::path& input) {
    std::error_code ignored;
    return fs::is_directory(input, ignored) && holds(input, file);
  });
}

/// A folder that the command will create cannot be checked yet.
bool is_below_new_folder(const fs::path& output, const CLI::App& command) {
  const CLI::Option* out = command.get_option_no_throw("--out");
  if (out == nullptr || out->empty()) return false;
  const fs::path folder = fs::absolute(out->results().front() + "/").lexically_normal();
  const fs::path path = fs::absolute(output).lexically_normal();
  std::error_code ignored;
  return !fs::exists(folder, ignored) && folder == path.parent_path() / "";
}

void check_outputs(const CLI::App& command, const std::vector<fs::path>& inputs) {
  std::vector<fs::path> outputs;
  for (const CLI::Option* option : command.get_options()) {
    if (!is_output(*option) || option->empty()) continue;
    const fs::path output = option->results().front();
    files::check_output(output, inputs);
    if (!is_below_new_folder(output, command)) files::check_output_folder(output);
    std::error_code ignored;
    if (fs::exists(output, ignored) && !was_written_by_output_option(output) &&
        is_in_input_folder(output, inputs)) {
      throw InputError(output.string() +
                       ": is in a folder of inputs, expected another place for the output");
    }
    for (const fs::path& other : outputs) {
      if (fs::absolute(output).lexically_normal() != fs::absolute(other).lexically_normal()) {
        continue;
      }
      throw InputError(output.string() + ": is named for two outputs, expected a file for each");
    }
    outputs.push_back(output);
  }
}

}  // namespace

CLI::Option* add_output_option(CLI::App& command,
                               const std::string& option,
                               fs::path& path,
                               const std::string& description) {
  command.parse_complete_callback([&command] { check_outputs(command, inputs_of(command)); });
  return command.add_option(option, path, description)->type_name(kOutputFile);
}

void check_output_options(const CLI::App& command, std::span<const fs::path> inputs) {
  check_outputs(command, {inputs.begin(), inputs.end()});
}

}  // namespace eyelid::app
