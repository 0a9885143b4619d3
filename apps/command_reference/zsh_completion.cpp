// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "apps/command_reference/shell_completion.hpp"

namespace eyelid::app {
namespace {

/// Inside '...' and a specification of _arguments, where these characters mean something.
std::string zsh_text(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '\'') {
      result += "'\\''";
    } else {
      if (c == '[' || c == ']' || c == ':' || c == '\\') result += '\\';
      result += c;
    }
  }
  return result;
}

std::string function_of(const std::string& path) {
  std::string name = "_" + path;
  std::ranges::replace(name, ' ', '_');
  return name;
}

/// ":what it is:what does the completion"
std::string zsh_value(const CommandOption& option) {
  std::vector<std::string> words = option.choices;
  words.insert(words.end(), option.known.begin(), option.known.end());
  const std::string list = fmt::format("{}", fmt::join(words, " "));
  std::string action = " ";  // a message alone
  if (option.offer == Offer::Folders) action = "_files -/";
  if (option.offer == Offer::Files) action = "_files";
  if (!words.empty() && option.offer == Offer::Nothing) action = "(" + list + ")";
  if (!words.empty() && option.offer == Offer::Files) {
    action = fmt::format("_alternative \"names:name:({})\" \"files:file:_files\"", list);
  }
  const std::string what = option.is_positional ? option.names.front() : option.value;
  return fmt::format(":{}:{}", zsh_text(what), action);
}

/// A specification of _arguments per name of the option.
std::string specification(const CommandOption& option) {
  const std::string text = zsh_text(first_sentence(option.description));
  if (option.is_positional) {
    return fmt::format("    '{}{}'", option.takes_any_number ? "*" : "", zsh_value(option));
  }
  std::vector<std::string> lines;
  for (const std::string& name : option.names) {
    std::string excluded;  // other names of this option, and options that it excludes
    for (const std::string& other : option.names) excluded += other + " ";
    for (const std::string& other : option.excludes) excluded += other + " ";
    excluded.pop_back();
    const std::string head = option.takes_any_number ? "*" : fmt::format("({})", excluded);
    lines.push_back(fmt::format(
        "    '{}{}[{}]{}'", head, name, text, option.takes_value ? zsh_value(option) : ""));
  }
  return fmt::format("{}", fmt::join(lines, " \\\n"));
}

std::string leaf(const Command& command) {
  std::vector<std::string> lines;
  for (const CommandOption& option : command.options) lines.push_back(specification(option));
  if (command.passes_on) lines.emplace_back("    '*:argument:_files'");
  return fmt::format(
      "{}() {{\n  _arguments \\\n{}\n}}\n", function_of(command.path), fmt::join(lines, " \\\n"));
}

std::string node(const Command& command) {
  std::vector<std::string> lines;
  for (const CommandOption& option : command.options) lines.push_back(specification(option));
  lines.emplace_back("    '1:command:->command'");
  lines.emplace_back("    '*::argument:->argument'");
  std::string described, cases;
  for (const Command& below : command.commands) {
    described +=
        fmt::format("        '{}:{}'\n", below.name, zsh_text(first_sentence(below.description)));
    cases += fmt::format("        {}) {} ;;\n", below.name, function_of(below.path));
  }
  return fmt::format(R"({0}() {{
  local curcontext="$curcontext" context state state_descr line
  typeset -A opt_args
  _arguments -C \
{1}
  case $state in
    command)
      local -a commands=(
{2}      )
      _describe -t commands command commands ;;
    argument)
      curcontext="${{curcontext%:*}}-$line[1]:"
      case $line[1] in
{3}      esac ;;
  esac
}}
)",
                     function_of(command.path),
                     fmt::join(lines, " \\\n"),
                     described,
                     cases);
}

}  // namespace

std::string zsh_completion(const Command& program) {
  const std::string& name = program.name;
  std::string script =
      fmt::format("#compdef {0}\n# zsh completion of {0}, made by `{0} completion zsh`.\n", name);
  for (const Command* command : all_commands(program)) {
    script += command->commands.empty() ? leaf(*command) : node(*command);
  }
  // Read by compinit, the file is the function and called at once; sourced, it names it.
  script += fmt::format(
      "if [[ $funcstack[1] == _{0} ]]; then _{0} \"$@\"; else compdef _{0} {0}; fi\n", name);
  return script;
}

}  // namespace eyelid::app
