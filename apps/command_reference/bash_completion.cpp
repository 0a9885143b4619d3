// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "apps/command_reference/shell_completion.hpp"

namespace eyelid::app {
namespace {

/// `name` is the program's; every function of the script begins with it.
std::string bash_offer(const CommandOption& option, const std::string& name) {
  std::vector<std::string> words = option.choices;
  words.insert(words.end(), option.known.begin(), option.known.end());
  std::string calls;
  if (!words.empty()) calls += fmt::format("_{}_words '{}'; ", name, fmt::join(words, " "));
  if (option.offer == Offer::Files) calls += fmt::format("_{}_files -f; ", name);
  if (option.offer == Offer::Folders) calls += fmt::format("_{}_files -d; ", name);
  return calls;
}

/// The value of an option: what follows its name.
std::string value_cases(const Command& command, const std::string& program) {
  std::string cases;
  for (const CommandOption& option : command.options) {
    if (option.is_positional || !option.takes_value) continue;
    std::vector<std::string> patterns;
    for (const std::string& name : option.names) {
      patterns.push_back(fmt::format("'{} {}'", command.path, name));
    }
    cases +=
        fmt::format("    {}) {}return ;;\n", fmt::join(patterns, "|"), bash_offer(option, program));
  }
  return cases;
}

/// What stands without an option's name before it.
std::string word_case(const Command& command, const std::string& program) {
  std::vector<std::string> names;
  std::string others;
  for (const CommandOption& option : command.options) {
    if (option.is_positional) {
      others += bash_offer(option, program);
    } else {
      names.insert(names.end(), option.names.begin(), option.names.end());
    }
  }
  std::vector<std::string> below;
  for (const Command& one : command.commands) below.push_back(one.name);
  if (!below.empty()) others += fmt::format("_{}_words '{}'; ", program, fmt::join(below, " "));
  if (command.passes_on) others += fmt::format("_{}_files -f; ", program);
  std::string line = fmt::format("    '{}')\n", command.path);
  line += fmt::format(
      "      if [[ $current == -* ]]; then _{}_words '{}'", program, fmt::join(names, " "));
  if (!others.empty()) line += fmt::format("; else {}:", others);
  return line + "; fi ;;\n";
}

}  // namespace

std::string bash_completion(const Command& program) {
  const std::string& name = program.name;
  std::vector<std::string> paths;
  std::string values, words;
  for (const Command* command : all_commands(program)) {
    if (command != &program) paths.push_back(fmt::format("'{}'", command->path));
    values += value_cases(*command, name);
    words += word_case(*command, name);
  }
  std::string script =
      fmt::format("# bash completion of {}, made by `{} completion bash`.\n", name, name);
  script += fmt::format(R"(_{0}_words() {{
  local word
  for word in $1; do [[ $word == "$current"* ]] && COMPREPLY+=("$word"); done
}}
_{0}_files() {{
  local found
  compopt -o filenames
  mapfile -t found < <(compgen "$1" -- "$current")
  COMPREPLY+=("${{found[@]}}")
}}
_{0}() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD-1]}} command={0} i
  COMPREPLY=()
  # bash cuts --option=value into three words.
  if [[ $current == = ]]; then current=; elif [[ $before == = ]]; then before=${{COMP_WORDS[COMP_CWORD-2]}}; fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$command ${{COMP_WORDS[i]}}" in
      {1}) command+=" ${{COMP_WORDS[i]}}" ;;
    esac
  done
  case "$command $before" in
{2}  esac
  case $command in
{3}  esac
}}
complete -F _{0} {0}
)",
                        name,
                        fmt::join(paths, "|"),
                        values,
                        words);
  return script;
}

}  // namespace eyelid::app
