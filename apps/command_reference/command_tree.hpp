// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "apps/command_line/cli.hpp"

namespace eyelid::app {

/// What a shell offers for a value.
enum class Offer { Nothing, Files, Folders };

/// An option or a positional of a command, as its help shows it.
struct CommandOption {
  std::vector<std::string> names;  // "-h", "--help"; of a positional its name alone
  bool is_positional = false;
  bool is_required = false;
  bool takes_value = false;
  std::string value;                         // its kind: "INT", "FILE", ...
  std::vector<std::string> choices;          // empty: any value
  std::vector<std::string> known;            // some of the values, where there are others
  std::string range;                         // "INT in [0 - 4]", "POSITIVE", or empty
  std::string default_value;                 // or empty
  std::size_t values = 1;                    // that one use takes
  char delimiter = ' ';                      // between them
  bool takes_any_number = false;             // of values
  Offer offer = Offer::Nothing;              // besides choices
  std::vector<std::string> excludes, needs;  // names of other options
  std::string description;
  std::string group;  // heading in the help; "Options" of most
};

struct Command {
  std::string name;         // "fetch"
  std::string path;         // "eyelid model fetch"
  std::string description;  // lines; the first one is its summary
  std::string footer;
  bool passes_on = false;              // to another program, whatever follows
  std::vector<CommandOption> options;  // positionals are among them
  std::vector<Command> commands;
};

/// Values by what the help calls them, such as PRESET: they are known, and there are others.
using KnownValues = std::map<std::string, std::vector<std::string>>;

/// The command and everything below it. `path` leads to it: empty for the program.
Command describe_command(const CLI::App& command,
                         const KnownValues& known,
                         const std::string& path = "");

/// The command and all below it, depth first: pointers into `command`.
std::vector<const Command*> all_commands(const Command& command);

/// What fits in a line of a shell's list: the first sentence of a help text, without its period.
std::string first_sentence(std::string_view description);

}  // namespace eyelid::app
