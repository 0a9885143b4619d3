// SPDX-License-Identifier: MIT
#include "eyelid/signals/controller_protocol.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "eyelid/signals/controller_link.hpp"

namespace eyelid::signals {
namespace {

TEST(ControllerProtocol, TheCrcIsCcittFalse) { EXPECT_EQ(crc16("123456789"), 0x29b1); }

std::vector<std::string> bodies_of(LineReader& reader, const std::string& bytes) {
  std::vector<std::string> bodies;
  for (const char byte : bytes) {
    if (const auto body = reader.add(byte)) bodies.emplace_back(*body);
  }
  return bodies;
}

TEST(ControllerProtocol, LinesComeBackAndDamagedOnesDoNot) {
  LineReader reader;
  const std::string line = protocol_line("G 17");
  EXPECT_EQ(line, "G 17*4DA7\n");
  EXPECT_EQ(bodies_of(reader, line + "\r\n\n" + line), (std::vector<std::string>{"G 17", "G 17"}));
  EXPECT_EQ(reader.bad_lines(), 0);
  for (std::size_t i = 0; i + 1 < line.size(); ++i) {
    std::string damaged = line;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x05);
    EXPECT_TRUE(bodies_of(reader, damaged).empty()) << damaged;
    std::string shortened = line;
    shortened.erase(i, 1);
    EXPECT_TRUE(bodies_of(reader, shortened).empty()) << shortened;
  }
  EXPECT_EQ(reader.bad_lines(), 2 * static_cast<std::int64_t>(line.size() - 1));
  EXPECT_TRUE(bodies_of(reader, std::string(500, 'x') + line).empty());
  EXPECT_EQ(bodies_of(reader, line).size(), 1u);
}

TEST(ControllerProtocol, WordsAreBetweenSingleSpaces) {
  const auto words = words_of_body("f 3 12 4294967295 4294967296 -");
  ASSERT_TRUE(words);
  EXPECT_EQ(words->size, 6u);
  EXPECT_EQ(words->number(1), 3u);
  EXPECT_EQ(words->number(3), 4294967295u);
  EXPECT_FALSE(words->number(4));
  EXPECT_FALSE(words->number(5));
  EXPECT_FALSE(words->number(6));
  EXPECT_EQ(words->word(5), "-");
  EXPECT_FALSE(words_of_body(""));
  EXPECT_FALSE(words_of_body("a  b"));
  EXPECT_FALSE(words_of_body("a "));
  EXPECT_FALSE(words_of_body("1 2 3 4 5 6 7 8 9"));
}

TEST(ControllerLink, GreetsUntilItIsAnsweredAndTellsAWrongVersion) {
  ControllerLink link;
  std::vector<Answer> answers;
  EXPECT_EQ(link.due_lines(0, answers), protocol_line("H 1"));
  EXPECT_EQ(link.due_lines(100'000'000, answers), "");
  EXPECT_EQ(link.due_lines(250'000'000, answers), protocol_line("H 1"));
  link.receive(protocol_line("h 2 other 4"), 260'000'000, answers);
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(answers[0].kind, AnswerKind::Refused);
  EXPECT_EQ(answers[0].text, "the firmware speaks version 2 of the protocol, expected 1");
  EXPECT_FALSE(link.is_ready());
  EXPECT_EQ(link.due_lines(900'000'000, answers), "");
}

TEST(ControllerLink, ADeviceThatFallsSilentIsGone) {
  ControllerLink link;
  std::vector<Answer> answers;
  link.due_lines(0, answers);
  link.receive(protocol_line("h 1 eyelid_trial 4"), 1'000'000, answers);
  EXPECT_TRUE(link.is_ready());
  EXPECT_EQ(link.due_lines(2'000'000, answers), protocol_line("P 1"));
  link.receive(protocol_line("p 1 77 0"), 3'000'000, answers);
  EXPECT_EQ(link.clock().host_ns(77), 2'500'000);
  answers.clear();
  link.due_lines(504'000'000, answers);
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(answers[0].kind, AnswerKind::Gone);
  EXPECT_FALSE(link.is_ready());
}

}  // namespace
}  // namespace eyelid::signals
