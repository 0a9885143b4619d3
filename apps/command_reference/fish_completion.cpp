// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "apps/command_reference/shell_completion.hpp"

namespace eyelid::app {
namespace {

/// As fish reads it back.
std::string fish_string(std::string_view text) {
  std::string result = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') result += '\\';
    result += c;
  }
  return result + "'";
}

std::string fish_head(const Command& command, const std::string& program) {
  return fmt::format("complete -c {0} -n {1}",
                     program,
                     fish_string(fmt::format("__{}_at '{}'", program, command.path)));
}

std::string fish_value(const CommandOption& option) {
  std::vector<std::string> words = option.choices;
  words.insert(words.end(), option.known.begin(), option.known.end());
  std::string flags;
  if (!words.empty())
    flags += fmt::format(" -a {}", fish_string(fmt::format("{}", fmt::join(words, " "))));
  if (option.offer == Offer::Folders) flags += " -a '(__fish_complete_directories)'";
  return (option.offer == Offer::Files ? " -F" : " -f") + flags;
}

std::string fish_line(const CommandOption& option,
                      const Command& command,
                      const std::string& program) {
  if (option.is_positional) {
    const std::string offered = fish_value(option);
    return offered == " -f" ? "" : fish_head(command, program) + offered + "\n";
  }
  std::string text = fish_head(command, program);
  for (const std::string& name : option.names) {
    text += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  }
  if (option.takes_value) text += " -r" + fish_value(option);
  return text + " -d " + fish_string(first_sentence(option.description)) + "\n";
}

}  // namespace

std::string fish_completion(const Command& program) {
  const std::string& name = program.name;
  std::string script = fmt::format(
      "# fish completion of {0}, made by `{0} completion fish`.\n"
      "# Whether the words so far lead to this command.\n"
      "function __{0}_at\n"
      "  set -l command {0}\n"
      "  for word in (commandline -opc)[2..-1]\n"
      "    switch \"$command $word\"\n",
      name);
  for (const Command* command : all_commands(program)) {
    if (command != &program)
      script += fmt::format("      case {}\n        set command {}\n",
                            fish_string(command->path),
                            fish_string(command->path));
  }
  script += fmt::format(
      "    end\n  end\n  test \"$command\" = \"$argv[1]\"\nend\ncomplete -c {} -f\n", name);
  for (const Command* command : all_commands(program)) {
    for (const Command& below : command->commands) {
      script += fmt::format("{} -a {} -d {}\n",
                            fish_head(*command, name),
                            below.name,
                            fish_string(first_sentence(below.description)));
    }
    if (command->passes_on) script += fish_head(*command, name) + " -F\n";
    for (const CommandOption& option : command->options)
      script += fish_line(option, *command, name);
  }
  return script;
}

}  // namespace eyelid::app
