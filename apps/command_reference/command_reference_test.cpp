// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>
#include <CLI/CLI.hpp>

#include <filesystem>

#include "apps/command_line/value_names.hpp"
#include "apps/command_reference/manual_page.hpp"
#include "apps/command_reference/shell_completion.hpp"

namespace eyelid::app {
namespace {

struct CommandReferenceTest : testing::Test {
  CLI::App app{"Measure. See `prog do --help`.", "prog"};
  std::vector<std::string> inputs, values;
  std::string mode, preset;
  int level = 2;
  bool is_fast = false;

  CommandReferenceTest() {
    CLI::App* work = app.add_subcommand("do", "Do it; twice.\n.Slowly, \\ it's [here]: a-b.");
    work->add_option("input", inputs, "What to do")->type_name(kPath)->required();
    CLI::Option* slow =
        work->add_option("--level", level, "Level")->check(CLI::Range(0, 4))->capture_default_str();
    work->add_flag("-f,--fast", is_fast, "Hurry")->excludes(slow);
    work->add_option("--mode", mode, "Mode")->check(CLI::IsMember({"one", "two"}));
    work->add_option("--out", preset, "Output")->type_name(kFolder)->group("Files");
    work->add_option("--box", values, "Box")->delimiter(',')->expected(4);
    work->add_option("--preset", preset, "Preset")->type_name(kPresetName);
    app.add_subcommand("pass", "Runs another")->prefix_command()->set_help_flag();
    app.add_subcommand("more", "Has more")->add_subcommand("still", "Last");
  }

  Command program() const { return describe_command(app, {{kPresetName, {"human", "mouse"}}}); }
};

TEST_F(CommandReferenceTest, TreeHasEveryCommandAndWhatTheHelpSays) {
  const Command root = program();
  std::vector<std::string> paths;
  for (const Command* command : all_commands(root)) paths.push_back(command->path);
  EXPECT_EQ(
      paths,
      (std::vector<std::string>{"prog", "prog do", "prog pass", "prog more", "prog more still"}));

  const Command& work = root.commands.front();
  ASSERT_EQ(work.options.size(), 8U);  // with --help
  const CommandOption& input = work.options[1];
  EXPECT_TRUE(input.is_positional && input.is_required && input.takes_any_number);
  EXPECT_EQ(input.offer, Offer::Files);
  const CommandOption& level_option = work.options[2];
  EXPECT_EQ(level_option.default_value, "2");
  EXPECT_EQ(level_option.range, "INT in [0 - 4]");
  const CommandOption& fast = work.options[3];
  EXPECT_EQ(fast.names, (std::vector<std::string>{"-f", "--fast"}));
  EXPECT_FALSE(fast.takes_value);
  EXPECT_EQ(fast.excludes, (std::vector<std::string>{"--level"}));
  EXPECT_EQ(work.options[4].choices, (std::vector<std::string>{"one", "two"}));
  EXPECT_EQ(work.options[5].offer, Offer::Folders);
  EXPECT_EQ(work.options[6].values, 4U);
  EXPECT_EQ(work.options[6].delimiter, ',');
  EXPECT_EQ(work.options[7].known, (std::vector<std::string>{"human", "mouse"}));
  EXPECT_TRUE(root.commands[1].passes_on);
}

TEST_F(CommandReferenceTest, ManualPageQuotesRoff) {
  const Command root = program();
  const Command& work = root.commands.front();
  EXPECT_EQ(manual_page_name(work), "prog-do.1");
  const std::string page = manual_page(work, root, "1.2.3");
  for (const char* line :
       {".TH PROG\\-DO 1 \"\" \"prog 1.2.3\" \"prog manual\"\n",
        "prog\\-do \\- Do it; twice\n",
        "\n.br\n\\&.Slowly, \\e it's [here]: a\\-b.\n",
        "\\fBprog do\\fR [\\fIOPTIONS\\fR] \\fIinput\\fR ...\n",
        ".TP\n\\fBinput\\fR \\fIPATH\\fR ...\nWhat to do. Required.\n",
        "Level. From 0 to 4. Default: 2. Not with \\-\\-fast.\n",
        ".TP\n\\fB\\-f\\fR, \\fB\\-\\-fast\\fR\nHurry. Not with \\-\\-level.\n",
        "\\fB\\-\\-mode\\fR \\fBone|two\\fR\n",
        ".SS Files\n.TP\n\\fB\\-\\-out\\fR \\fIFOLDER\\fR\n",
        "\\fB\\-\\-box\\fR \\fITEXT\\fR,\\fITEXT\\fR,\\fITEXT\\fR,\\fITEXT\\fR\n",
        "Preset. Names: human, mouse.\n",
        "\\fBprog\\fR(1)\n"}) {
    EXPECT_NE(page.find(line), std::string::npos) << line << "in\n" << page;
  }
  EXPECT_NE(manual_page(root, root, "1").find("See \\fBprog do \\-\\-help\\fR."),
            std::string::npos);
}

TEST_F(CommandReferenceTest, ScriptsKeepQuotesAndBracketsOfTheHelp) {
  const Command root = program();
  EXPECT_EQ(first_sentence("Do it; twice."), "Do it");
  EXPECT_EQ(first_sentence("Do it.\nTwice"), "Do it");
  EXPECT_EQ(first_sentence("It is 0.5"), "It is 0.5");
  Command odd = root;
  odd.commands[0].options[3].description = "It's [a] \\b: c";
  EXPECT_NE(zsh_completion(odd).find("[It'\\''s \\[a\\] \\\\b\\: c]"), std::string::npos);
  EXPECT_NE(fish_completion(odd).find("-d 'It\\'s [a] \\\\b: c'"), std::string::npos);
}

}  // namespace
}  // namespace eyelid::app
