// SPDX-License-Identifier: MIT
#include <charconv>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "eyelid/core/error.hpp"
#include "eyelid/files/json_file.hpp"
#include "eyelid/imports/event_collector.hpp"
#include "eyelid/imports/log_formats.hpp"

namespace eyelid::imports {
namespace {

// {"cs_on": 1, "us_on": 2} -> names by number; quotation marks may be single ones.
void add_names(std::string text, const TextFile& file, std::map<long, std::string>& names) {
  for (char& c : text) {
    if (c == '\'') c = '"';
  }
  const std::string place = file.name() + ":" + std::to_string(file.number());
  const auto ids = files::parse_json_object(text, place, "states or events of pyControl");
  for (const auto& [name, id] : ids.items()) {
    if (!id.is_number_integer()) file.fail("found a name without a number, expected one");
    names[id.get<long>()] = name;
  }
}

long number_at(std::string_view& text, const TextFile& file) {
  long value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) {
    file.fail("found no number, expected \"D TIME_MS ID\" (the file may be cut off)");
  }
  text = trimmed(text.substr(static_cast<std::size_t>(stop - text.data())));
  return value;
}

}  // namespace

bool is_pycontrol_text(std::string_view first_line) {
  return first_line.starts_with("I Experiment name");
}

// Lines of one letter and a text: I information, S states, E events, D data, P print; times in ms.
Log pycontrol_text_log(TextFile& text, const LogOptions& options) {
  std::map<long, std::string> names;
  EventCollector collector(text.name(), options.names);
  std::string_view line;
  while (text.next(line)) {
    if (line.size() < 3 || line[1] != ' ') continue;
    std::string_view rest = trimmed(line.substr(2));
    switch (line.front()) {
      case 'S':
      case 'E':
        add_names(std::string(rest), text, names);
        break;
      case 'D': {
        const long time_ms = number_at(rest, text);
        const long id = number_at(rest, text);
        const auto name = names.find(id);
        if (name == names.end()) {
          text.fail("found event " + std::to_string(id) +
                    ", expected one that a line S or E names");
        }
        collector.add(static_cast<double>(time_ms) / 1000.0, name->second, text.number());
        break;
      }
      case 'P': {
        const long time_ms = number_at(rest, text);
        collector.add(static_cast<double>(time_ms) / 1000.0, rest, text.number());
        break;
      }
      default:
        break;
    }
  }
  return collector.finish("pyControl");
}

}  // namespace eyelid::imports
