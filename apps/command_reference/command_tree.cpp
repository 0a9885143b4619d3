// SPDX-License-Identifier: MIT
#include "apps/command_reference/command_tree.hpp"

#include <CLI/App.hpp>

#include <algorithm>

#include "apps/command_line/value_names.hpp"

namespace eyelid::app {
namespace {

std::vector<std::string> names_of(const std::set<CLI::Option*>& options, const CLI::App& command) {
  std::vector<std::string> names;
  // In the order of the help: that of the set is one of addresses.
  for (const CLI::Option* option : command.get_options()) {
    if (std::ranges::find(options, option) != options.end()) names.push_back(option->get_name());
  }
  return names;
}

/// "TEXT:{a,b}", "INT:INT in [0 - 4]": the kind of the value, and what its checks say of it.
void read_type(const std::string& type, CommandOption& option) {
  const std::size_t colon = type.find(':');
  option.value = type.substr(0, colon);
  if (colon == std::string::npos) return;
  const std::string checks = type.substr(colon + 1);
  if (!checks.starts_with('{') || !checks.ends_with('}')) {
    option.range = checks;
    return;
  }
  for (std::size_t begin = 1; begin < checks.size();) {
    const std::size_t end = checks.find_first_of(",}", begin);
    option.choices.push_back(checks.substr(begin, end - begin));
    begin = end + 1;
  }
}

Offer offer_for(const std::string& value) {
  if (value == kFolder) return Offer::Folders;
  return value == kPath || value == kOutputFile || value == kPresetName ? Offer::Files
                                                                        : Offer::Nothing;
}

CommandOption describe_option(const CLI::Option& option,
                              const CLI::App& command,
                              const KnownValues& known) {
  CommandOption result;
  result.is_positional = option.get_positional();
  if (result.is_positional) result.names = {option.get_name(true, false)};
  for (const std::string& name : option.get_snames()) result.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) result.names.push_back("--" + name);
  result.is_required = option.get_required();
  result.takes_value = !option.get_type_name().empty();  // flags have none
  if (result.takes_value) {
    read_type(option.get_type_name(), result);
    result.offer = offer_for(result.value);
    if (const auto found = known.find(result.value); found != known.end()) {
      result.known = found->second;
    }
    result.default_value = option.get_default_str();
    result.takes_any_number = option.get_expected_max() == CLI::detail::expected_max_vector_size;
    result.values = static_cast<std::size_t>(std::max(1, option.get_items_expected_min()));
    if (option.get_delimiter() != '\0') result.delimiter = option.get_delimiter();
  }
  result.excludes = names_of(option.get_excludes(), command);
  result.needs = names_of(option.get_needs(), command);
  result.description = option.get_description();
  result.group = option.get_group();
  return result;
}

}  // namespace

Command describe_command(const CLI::App& command,
                         const KnownValues& known,
                         const std::string& path) {
  Command result;
  result.name = command.get_name();
  result.path = path.empty() ? result.name : path + " " + result.name;
  result.description = command.get_description();
  result.footer = command.get_footer();
  result.passes_on = command.get_prefix_command();
  for (const CLI::Option* option : command.get_options()) {
    if (!option->get_group().empty())
      result.options.push_back(describe_option(*option, command, known));
  }
  for (const CLI::App* below : command.get_subcommands([](const CLI::App*) { return true; })) {
    if (!below->get_group().empty())
      result.commands.push_back(describe_command(*below, known, result.path));
  }
  return result;
}

std::vector<const Command*> all_commands(const Command& command) {
  std::vector<const Command*> all = {&command};
  for (const Command& below : command.commands) {
    for (const Command* one : all_commands(below)) all.push_back(one);
  }
  return all;
}

std::string first_sentence(std::string_view description) {
  std::size_t end = std::min(description.find('\n'), description.size());
  for (const std::string_view mark : {". ", "; "}) end = std::min(end, description.find(mark));
  if (end > 0 && description[end - 1] == '.') --end;
  return std::string(description.substr(0, end));
}

}  // namespace eyelid::app
