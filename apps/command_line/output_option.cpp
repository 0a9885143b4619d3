// SPDX-License-Identifier: MIT
#include "apps/command_line/output_option.hpp"

#include <CLI/App.hpp>

#include <fstream>
#include <system_error>
#include <vector>

#include "eyelid/core/error.hpp"
#include "eyelid/files/output_check.hpp"

namespace eyelid::app {
namespace {

namespace fs = std::filesystem;

// Marks an output among the options of a command; also what the help shows.
constexpr const char* kOutputType = "FILE";

bool is_output(const CLI::Option& option) { return option.get_type_name() == kOutputType; }

/// What the options of a command name that exists, also in the form FORMAT:PATH.
std::vector<fs::path> inputs_of(const CLI::App& command) {
  std::vector<fs::path> inputs;
  for (const CLI::Option* option : command.get_options()) {
    if (is_output(*option) || option->check_lname("out")) continue;
    for (const std::string& value : option->results()) {
      std::error_code ignored;
      for (const fs::path path : {value, value.substr(value.find(':') + 1)}) {
        if (!path.empty() && fs::exists(path, ignored)) inputs.push_back(path);
      }
    }
  }
  return inputs;
}

/// The folder of a session is read and written to: its own files are known to the command.
bool is_session(const fs::path& folder) {
  std::error_code ignored;
  return fs::exists(folder / "frames.csv", ignored);
}

bool was_written_by_json_option(const fs::path& file) {
  constexpr std::string_view kHead = "{\n  \"command\": ";
  std::string head(kHead.size(), '\0');
  std::ifstream(file, std::ios::binary)
      .read(head.data(), static_cast<std::streamsize>(head.size()));
  return head == kHead;
}

/// Whether a file that is there lies in or below one of the folders.
bool is_in_input_folder(const fs::path& file, const std::vector<fs::path>& inputs) {
  std::error_code ignored;
  const fs::path whole = fs::weakly_canonical(file, ignored);
  for (const fs::path& input : inputs) {
    if (!fs::is_directory(input, ignored) || is_session(input)) continue;
    for (fs::path at = whole; at.has_relative_path(); at = at.parent_path()) {
      if (files::is_same_file(at.parent_path(), input)) return true;
    }
  }
  return false;
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

void check_outputs(const CLI::App& command) {
  const std::vector<fs::path> inputs = inputs_of(command);
  std::vector<fs::path> outputs;
  for (const CLI::Option* option : command.get_options()) {
    if (!is_output(*option) || option->empty()) continue;
    const fs::path output = option->results().front();
    files::check_output(output, inputs);
    if (!is_below_new_folder(output, command)) files::check_output_folder(output);
    std::error_code ignored;
    if (fs::exists(output, ignored) && is_in_input_folder(output, inputs) &&
        !was_written_by_json_option(output)) {
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
  command.parse_complete_callback([&command] { check_outputs(command); });
  return command.add_option(option, path, description)->type_name(kOutputType);
}

}  // namespace eyelid::app
