// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <CLI/App.hpp>

#include <filesystem>
#include <functional>
#include <memory>

#include "apps/command_line/options.hpp"
#include "apps/command_line/value_names.hpp"
#include "apps/command_reference/manual_page.hpp"
#include "apps/command_reference/shell_completion.hpp"
#include "apps/eyelid/commands.hpp"
#include "eyelid/conditioning/preset.hpp"
#include "eyelid/core/version.hpp"
#include "eyelid/files/atomic_file.hpp"
#include "eyelid/files/folder.hpp"

namespace eyelid::app {
namespace {

Command describe_program(const CLI::App& app) {
  return describe_command(app, {{kPresetName, conditioning::preset_names()}});
}

void write_manual(const CLI::App& app, const std::filesystem::path& folder) {
  const Command program = describe_program(app);
  files::create_folder(folder);
  for (const Command* command : all_commands(program)) {
    files::write_file(folder / manual_page_name(*command),
                      manual_page(*command, program, kVersion));
  }
}

}  // namespace

void add_manual_command(CLI::App& app) {
  auto folder = std::make_shared<std::filesystem::path>();
  CLI::App* manual =
      app.add_subcommand("manual", "Write the manual pages of all commands, for `man`");
  manual->add_option("--out", *folder, "Folder for the pages: eyelid.1, eyelid-track.1, ...")
      ->type_name(kFolder)
      ->required();
  manual->callback([&app, folder] { write_manual(app, *folder); });
}

void add_completion_command(CLI::App& app) {
  using Script = std::function<std::string(const Command&)>;
  auto script = std::make_shared<Script>();
  CLI::App* completion = app.add_subcommand(
      "completion",
      "Print the script with which a shell completes commands, options, and values.\n"
      "bash: source it in ~/.bashrc. zsh: save it as _eyelid in a folder of $fpath. fish: save it "
      "as ~/.config/fish/completions/eyelid.fish.");
  const Choices<Script> shells = {
      {"bash", bash_completion}, {"fish", fish_completion}, {"zsh", zsh_completion}};
  add_named(
      *completion,
      "shell",
      {"bash", "fish", "zsh"},
      "",
      [script, shells](const std::string& name) { *script = shells.at(name); },
      "Shell")
      ->required();
  completion->callback([&app, script] { fmt::print("{}", (*script)(describe_program(app))); });
}

}  // namespace eyelid::app
