// SPDX-License-Identifier: MIT
#include "apps/command_reference/manual_page.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace eyelid::app {
namespace {

std::string page_of(const std::string& path) {
  std::string page = path;
  std::ranges::replace(page, ' ', '-');
  return page;
}

/// Text as roff prints it unchanged; what stands in backquotes is bold.
std::string roff(std::string_view text) {
  std::string result;
  bool is_code = false;
  for (const char c : text) {
    if (c == '`') {
      is_code = !is_code;
      result += is_code ? "\\fB" : "\\fR";
    } else if (c == '\n') {
      result += "\n.br\n";
    } else if (c == '\\') {
      result += "\\e";
    } else if (c == '-') {
      result += "\\-";
    } else {
      // A control character of roff where a line begins.
      if ((c == '.' || c == '\'') && (result.empty() || result.back() == '\n')) result += "\\&";
      result += c;
    }
  }
  return result;
}

std::string bold(std::string_view text) { return fmt::format("\\fB{}\\fR", roff(text)); }
std::string italic(std::string_view text) { return fmt::format("\\fI{}\\fR", roff(text)); }

std::string reference(const std::string& path) { return fmt::format("{}(1)", bold(page_of(path))); }

std::string manual_value(const CommandOption& option) {
  std::string value = italic(option.value);
  if (!option.choices.empty()) value = bold(fmt::format("{}", fmt::join(option.choices, "|")));
  std::string values = value;
  for (std::size_t i = 1; i < option.values; ++i) values += option.delimiter + value;
  return option.takes_any_number ? values + " ..." : values;
}

std::string heading(const CommandOption& option) {
  std::vector<std::string> names;
  for (const std::string& name : option.names) names.push_back(bold(name));
  std::string line = fmt::format("{}", fmt::join(names, ", "));
  if (option.takes_value) line += " " + manual_value(option);
  return line;
}

/// "INT in [0 - 4]", as the help has it.
std::string range_of(const std::string& range) {
  if (range == "POSITIVE") return " Above 0.";
  if (range == "NONNEGATIVE") return " 0 or above.";
  const std::size_t begin = range.find('[');
  const std::size_t middle = range.find(" - ");
  if (begin == std::string::npos || middle == std::string::npos) return " " + range + ".";
  return fmt::format(" From {} to {}.",
                     range.substr(begin + 1, middle - begin - 1),
                     range.substr(middle + 3, range.find(']') - middle - 3));
}

std::string description_of(const CommandOption& option) {
  std::string text = option.description;
  if (!text.empty() && text.back() != '.') text += '.';
  if (option.is_required) text += " Required.";
  if (!option.range.empty()) text += range_of(option.range);
  if (!option.known.empty()) text += fmt::format(" Names: {}.", fmt::join(option.known, ", "));
  if (!option.default_value.empty()) text += fmt::format(" Default: {}.", option.default_value);
  if (!option.excludes.empty())
    text += fmt::format(" Not with {}.", fmt::join(option.excludes, ", "));
  if (!option.needs.empty()) text += fmt::format(" Needs {}.", fmt::join(option.needs, ", "));
  return text;
}

std::string entry(const CommandOption& option) {
  return fmt::format(".TP\n{}\n{}\n", heading(option), roff(description_of(option)));
}

std::string synopsis(const Command& command) {
  std::string line = bold(command.path);
  if (command.passes_on) return line + " " + italic("ARGUMENT") + " ...";
  line += " [" + italic("OPTIONS") + "]";
  for (const CommandOption& option : command.options) {
    if (!option.is_positional) continue;
    std::string name = italic(option.names.front()) + (option.takes_any_number ? " ..." : "");
    line += option.is_required ? " " + name : " [" + name + "]";
  }
  if (!command.commands.empty()) line += " " + italic("COMMAND");
  return line;
}

std::string options(const Command& command) {
  std::string positionals;
  std::vector<std::pair<std::string, std::string>> groups;  // in the order of the help
  for (const CommandOption& option : command.options) {
    if (option.is_positional) {
      positionals += entry(option);
      continue;
    }
    auto group =
        std::ranges::find_if(groups, [&](const auto& g) { return g.first == option.group; });
    if (group == groups.end()) group = groups.insert(group, {option.group, ""});
    group->second += entry(option);
  }
  std::string text = positionals.empty() ? "" : ".SH ARGUMENTS\n" + positionals;
  if (!groups.empty()) text += ".SH OPTIONS\n";
  for (const auto& [name, entries] : groups) {
    if (&name != &groups.front().first) text += fmt::format(".SS {}\n", roff(name));
    text += entries;
  }
  return text;
}

std::string see_also(const Command& command, const Command& program) {
  std::vector<std::string> pages;
  for (const Command* other : all_commands(program)) {
    if (other != &command && command.path.starts_with(other->path + " ")) {
      pages.push_back(reference(other->path));
    }
  }
  for (const Command& below : command.commands) pages.push_back(reference(below.path));
  return pages.empty() ? "" : fmt::format(".SH \"SEE ALSO\"\n{}\n", fmt::join(pages, ",\n"));
}

}  // namespace

std::string manual_page_name(const Command& command) { return page_of(command.path) + ".1"; }

std::string manual_page(const Command& command,
                        const Command& program,
                        const std::string& version) {
  std::string title = page_of(command.path);
  std::ranges::transform(title, title.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  std::string summary = command.description.substr(0, command.description.find('\n'));
  if (summary.ends_with('.')) summary.pop_back();
  // Ragged and without hyphens, which names of options and paths would not survive.
  std::string page = fmt::format(".TH {} 1 \"\" \"{} {}\" \"{} manual\"\n.nh\n.ad l\n",
                                 roff(title),
                                 program.name,
                                 version,
                                 program.name);
  page += fmt::format(".SH NAME\n{} \\- {}\n", roff(page_of(command.path)), roff(summary));
  page += fmt::format(
      ".SH SYNOPSIS\n{}\n.SH DESCRIPTION\n{}\n", synopsis(command), roff(command.description));
  page += options(command);
  if (!command.commands.empty()) page += ".SH COMMANDS\n";
  for (const Command& below : command.commands) {
    page += fmt::format(".TP\n{}\n{}\n", reference(below.path), roff(below.description));
  }
  if (!command.footer.empty()) page += fmt::format(".SH NOTES\n{}\n", roff(command.footer));
  return page + see_also(command, program);
}

}  // namespace eyelid::app
