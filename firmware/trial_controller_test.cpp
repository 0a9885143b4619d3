// SPDX-License-Identifier: MIT
// The firmware against the host's side of the protocol, on a simulated clock.
#include "firmware/eyelid_trial/trial_controller.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "eyelid/signals/controller_link.hpp"

namespace eyelid_trial {
namespace {

using eyelid::signals::Answer;
using eyelid::signals::AnswerKind;
using eyelid::signals::ControllerLink;
using eyelid::signals::protocol_line;
using eyelid::signals::TrialParameters;

constexpr std::int64_t kBoot_ns = 7'000'000'000;  // host time of the device's count 0

struct PinChange {
  std::int64_t us = 0;
  Pin pin = Pin::Cs;
  int channel = 0;
  bool is_on = false;
};

/// A board whose microseconds pass as it works: one for each look at the clock, ten for each byte.
class SimulatedBoard {
 public:
  std::uint32_t micros() { return static_cast<std::uint32_t>(first_us + now_us_++); }
  void set(Pin pin, std::uint8_t channel, bool is_on) {
    bool& level = levels_[static_cast<std::size_t>(pin)][channel - 1];
    if (level != is_on) changes.push_back({now_us_ - 1, pin, channel, is_on});
    level = is_on;
  }
  int read() {
    now_us_ += 3;
    if (to_device.empty()) return -1;
    now_us_ += 7;
    const char byte = to_device.front();
    to_device.pop_front();
    return static_cast<unsigned char>(byte);
  }
  int writable() const { return 16; }
  void write(std::uint8_t byte) {
    now_us_ += 10;
    to_host += static_cast<char>(byte);
  }

  /// Since the board was switched on; the device's own count begins at `first_us`.
  std::int64_t now_us() const { return now_us_; }
  bool is_on(Pin pin, int channel) const {
    return levels_[static_cast<std::size_t>(pin)][channel - 1];
  }
  bool is_all_off() const {
    for (const auto& kind : levels_) {
      for (const bool level : kind) {
        if (level) return false;
      }
    }
    return true;
  }

  std::uint32_t first_us = 0;
  std::deque<char> to_device;
  std::string to_host;
  std::vector<PinChange> changes;

 private:
  std::int64_t now_us_ = 0;
  bool levels_[3][kChannels] = {};
};

/// Host and board with a line between them that may damage bytes. The host looks every 2 ms, as a
/// camera at 500 frames/s makes it.
class Rig {
 public:
  explicit Rig(std::uint32_t first_us = 0) : random_(3) {
    board.first_us = first_us;
    controller.begin();
  }

  std::int64_t host_ns() const { return kBoot_ns + board.now_us() * 1000; }
  void send(const std::string& lines) {
    for (const char byte : lines) pass(byte, [&](char b) { board.to_device.push_back(b); });
  }
  void run(double seconds) {
    const std::int64_t end_us = board.now_us() + static_cast<std::int64_t>(seconds * 1e6);
    while (board.now_us() < end_us) {
      controller.poll();
      if (board.now_us() < host_due_us_) continue;
      host_due_us_ = board.now_us() + 2000;
      std::string received;
      for (const char byte : board.to_host) pass(byte, [&](char b) { received += b; });
      board.to_host.clear();
      if (is_host_gone) continue;
      link.receive(received, host_ns(), answers);
      send(link.due_lines(host_ns(), answers));
    }
  }
  /// Prepares, and starts a little later.
  void present(const TrialParameters& trial) {
    send(link.prepare(trial, host_ns()));
    run(0.3);
    send(link.start(trial.start, host_ns()));
  }
  std::vector<AnswerKind> kinds_of(int start) const {
    std::vector<AnswerKind> kinds;
    for (const Answer& answer : answers) {
      if (answer.start == start) kinds.push_back(answer.kind);
    }
    return kinds;
  }
  std::optional<std::int64_t> time_of(int start, AnswerKind kind) const {
    for (const Answer& answer : answers) {
      if (answer.start == start && answer.kind == kind) return answer.time_ns;
    }
    return std::nullopt;
  }

  SimulatedBoard board;
  TrialController<SimulatedBoard> controller{board};
  ControllerLink link;
  std::vector<Answer> answers;
  bool is_host_gone = false;
  double damage = 0.0;  // share of bytes lost, and of bytes replaced, and of bytes put in

 private:
  template <class Deliver>
  void pass(char byte, Deliver deliver) {
    const double chance = damage > 0.0 ? static_cast<double>(random_()) * 0x1p-32 : 1.0;
    if (chance < damage) return;
    if (chance < 2.0 * damage) byte = static_cast<char>(random_() & 0xff);
    if (chance >= 2.0 * damage && chance < 3.0 * damage)
      deliver(static_cast<char>(random_() & 0xff));
    deliver(byte);
  }
  std::mt19937 random_;
  std::int64_t host_due_us_ = 0;
};

TrialParameters trial_of(int start,
                         std::uint32_t cs_us,
                         std::uint32_t isi_us,
                         std::uint32_t us_us) {
  TrialParameters trial;
  trial.start = start;
  if (cs_us > 0) trial.cs = {1, cs_us};
  if (us_us > 0) trial.us = {2, us_us};
  trial.isi_us = isi_us;
  return trial;
}

/// The changes of a pin from `index` on.
std::vector<PinChange> changes_of(const SimulatedBoard& board, Pin pin) {
  std::vector<PinChange> result;
  for (const PinChange& change : board.changes) {
    if (change.pin == pin) result.push_back(change);
  }
  return result;
}

using Kinds = std::vector<AnswerKind>;

TEST(TrialController, TheUsComesToTheMicrosecond) {
  Rig rig;
  rig.run(1.5);
  ASSERT_TRUE(rig.link.is_ready());
  EXPECT_EQ(rig.link.device_name(), "eyelid_trial");
  int start = 0;
  // Delay, trace, US within the CS, edges closer than it looks ahead, ends together.
  const std::uint32_t cases[][3] = {{550'000, 500'000, 50'000},
                                    {250'000, 750'000, 30'000},
                                    {800'000, 300'000, 20'000},
                                    {300'400, 300'000, 700},
                                    {299'600, 300'000, 100},
                                    {400'000, 380'000, 20'000}};
  for (const auto& [cs_us, isi_us, us_us] : cases) {
    rig.board.changes.clear();
    rig.present(trial_of(++start, cs_us, isi_us, us_us));
    rig.run(1.2);
    const auto cs = changes_of(rig.board, Pin::Cs);
    const auto us = changes_of(rig.board, Pin::Us);
    ASSERT_EQ(cs.size(), 2u);
    ASSERT_EQ(us.size(), 2u);
    EXPECT_EQ(cs[0].channel, 1);
    EXPECT_EQ(us[0].channel, 2);
    EXPECT_EQ(us[0].us - cs[0].us, isi_us);
    EXPECT_EQ(us[1].us - us[0].us, us_us);
    EXPECT_LE(cs[1].us - cs[0].us, cs_us + 1);  // may have to wait for the US's edge
    EXPECT_GE(cs[1].us - cs[0].us, cs_us);
    EXPECT_EQ(rig.kinds_of(start).back(), AnswerKind::TrialOver);
    EXPECT_EQ(rig.kinds_of(start).size(), 5u);
    // By the fit of its clock, within the way of a ping.
    const std::int64_t truth_ns = kBoot_ns + us[0].us * 1000;
    EXPECT_LE(std::abs(*rig.time_of(start, AnswerKind::UsOn) - truth_ns),
              *rig.link.clock().uncertainty_ns() + 10'000);
  }
}

TEST(TrialController, TrialsOfOneStimulusAndOfNone) {
  Rig rig;
  rig.run(0.5);
  rig.present(trial_of(1, 300'000, 0, 0));
  rig.run(0.5);
  EXPECT_EQ(rig.kinds_of(1), (Kinds{AnswerKind::CsOn, AnswerKind::CsOff, AnswerKind::TrialOver}));
  rig.present(trial_of(2, 0, 0, 40'000));
  rig.run(0.3);
  EXPECT_EQ(rig.kinds_of(2), (Kinds{AnswerKind::UsOn, AnswerKind::UsOff, AnswerKind::TrialOver}));
  rig.present(trial_of(3, 0, 0, 0));
  rig.run(0.1);
  EXPECT_EQ(rig.kinds_of(3), Kinds{AnswerKind::TrialOver});
  const auto us = changes_of(rig.board, Pin::Us);
  ASSERT_EQ(us.size(), 2u);
  EXPECT_EQ(us[1].us - us[0].us, 40'000);
}

TEST(TrialController, ItsCounterMayWrapWithinATrial) {
  Rig rig(0xffffffffu - 1'000'000);
  rig.run(0.6);
  rig.present(trial_of(1, 550'000, 500'000, 50'000));  // 0.9 to 1.5 s
  rig.run(1.0);
  const auto cs = changes_of(rig.board, Pin::Cs);
  const auto us = changes_of(rig.board, Pin::Us);
  ASSERT_EQ(us.size(), 2u);
  EXPECT_LT(cs[0].us, 1'000'000);
  EXPECT_GT(us[0].us, 1'000'000);
  EXPECT_EQ(us[0].us - cs[0].us, 500'000);
  EXPECT_NEAR(
      static_cast<double>(*rig.time_of(1, AnswerKind::UsOn) - *rig.time_of(1, AnswerKind::CsOn)),
      500e6,
      1000.0);
}

TEST(TrialController, AnAbortedTrialIsDarkAtOnceAndTheNextOneIsWhole) {
  Rig rig;
  rig.run(0.5);
  rig.present(trial_of(1, 550'000, 500'000, 50'000));
  rig.run(0.2);
  EXPECT_TRUE(rig.board.is_on(Pin::Cs, 1));
  rig.send(ControllerLink::abort());
  rig.run(0.005);
  EXPECT_TRUE(rig.board.is_all_off());
  rig.run(1.0);
  EXPECT_EQ(rig.kinds_of(1), (Kinds{AnswerKind::CsOn, AnswerKind::Aborted}));
  EXPECT_TRUE(changes_of(rig.board, Pin::Us).empty());
  rig.present(trial_of(2, 550'000, 500'000, 50'000));
  rig.run(0.8);
  EXPECT_EQ(rig.kinds_of(2).back(), AnswerKind::TrialOver);
}

TEST(TrialController, AUsIsOmittedInTimeOrNotAtAll) {
  Rig rig;
  rig.run(0.5);
  rig.present(trial_of(1, 550'000, 500'000, 50'000));
  rig.run(0.3);
  rig.send(ControllerLink::omit_us(1));
  rig.run(0.5);
  EXPECT_EQ(
      rig.kinds_of(1),
      (Kinds{AnswerKind::CsOn, AnswerKind::UsOmitted, AnswerKind::CsOff, AnswerKind::TrialOver}));
  EXPECT_TRUE(changes_of(rig.board, Pin::Us).empty());
  rig.present(trial_of(2, 550'000, 500'000, 50'000));
  rig.run(0.52);
  rig.send(ControllerLink::omit_us(2));
  rig.run(0.3);
  EXPECT_EQ(changes_of(rig.board, Pin::Us).size(), 2u);
  const auto refused =
      std::find_if(rig.answers.begin(), rig.answers.end(), [](const Answer& answer) {
        return answer.kind == AnswerKind::Refused;
      });
  ASSERT_NE(refused, rig.answers.end());
  EXPECT_EQ(refused->text, "late");
  EXPECT_EQ(refused->start, 2);
}

TEST(TrialController, AHostThatDisappearsSwitchesEverythingOff) {
  Rig rig;
  rig.run(0.5);
  rig.send(ControllerLink::pulse(3, 900'000));
  rig.present(trial_of(1, 5'000'000, 4'000'000, 50'000));
  rig.run(0.1);
  EXPECT_TRUE(rig.board.is_on(Pin::Cs, 1));
  rig.is_host_gone = true;
  rig.run(0.39);
  EXPECT_TRUE(rig.board.is_on(Pin::Cs, 1));
  rig.run(0.12);
  EXPECT_TRUE(rig.board.is_all_off());
  rig.run(5.0);
  EXPECT_TRUE(changes_of(rig.board, Pin::Us).empty());
  rig.is_host_gone = false;  // and comes back
  rig.answers.clear();
  rig.run(1.0);
  ASSERT_TRUE(rig.link.is_ready());
  rig.present(trial_of(2, 550'000, 500'000, 50'000));
  rig.run(0.8);
  EXPECT_EQ(rig.kinds_of(2).back(), AnswerKind::TrialOver);
}

TEST(TrialController, ABoardThatWasStartedAnewIsGreetedAndPreparedAgain) {
  Rig rig;
  rig.run(0.5);
  rig.send(rig.link.prepare(trial_of(1, 550'000, 500'000, 50'000), rig.host_ns()));
  rig.run(0.1);
  rig.controller = TrialController<SimulatedBoard>(rig.board);
  rig.controller.begin();
  rig.run(0.01);
  EXPECT_EQ(rig.answers.back().kind, AnswerKind::Ready);
  EXPECT_EQ(rig.answers[rig.answers.size() - 2].text, "the microcontroller was started anew");
  rig.run(0.3);
  rig.send(rig.link.start(1, rig.host_ns()));
  rig.run(0.8);
  EXPECT_EQ(rig.kinds_of(1).back(), AnswerKind::TrialOver);
}

TEST(TrialController, WhatItMustNotDoItRefuses) {
  Rig rig;
  rig.send(protocol_line("G 1"));
  rig.run(0.001);
  EXPECT_NE(rig.board.to_host.find("e nohello 1*"), std::string::npos);
  rig.run(0.5);
  const auto answer_to = [&](const std::string& body) {
    rig.answers.clear();
    rig.send(protocol_line(body));
    rig.run(0.01);
    return rig.answers.empty() ? "" : rig.answers.back().text;
  };
  EXPECT_EQ(answer_to("T 5 1 500000 1 1000001 400000"), "range");  // a US of more than a second
  EXPECT_EQ(answer_to("T 5 5 500000 1 1000 400000"), "range");     // no such channel
  EXPECT_EQ(answer_to("T 5 1 0 1 1000 400000"), "range");
  EXPECT_EQ(answer_to("T 0 1 500000 1 1000 400000"), "range");
  EXPECT_EQ(answer_to("T 5 1 500000"), "line");
  EXPECT_EQ(answer_to("T 5 1 5e5 1 1000 400000"), "line");
  EXPECT_EQ(answer_to("G 5"), "unknown");
  EXPECT_EQ(answer_to("X 1 1000001"), "range");
  EXPECT_EQ(answer_to("O 5"), "late");
  EXPECT_EQ(answer_to("Q 5"), "unknown");
  EXPECT_EQ(answer_to("Z"), "line");
  EXPECT_EQ(answer_to("T 5 1 500000 1 1000 400000"), "");
  EXPECT_EQ(answer_to("G 6"), "unknown");
  EXPECT_EQ(answer_to("G 5"), "");
  EXPECT_EQ(answer_to("T 6 1 500000 1 1000 400000"), "busy");
  EXPECT_EQ(answer_to("G 5"), "busy");
  EXPECT_EQ(rig.board.changes.size(), 1u);  // the CS of the one good start
}

TEST(TrialController, APulseEndsByItself) {
  Rig rig;
  rig.run(0.5);
  rig.send(ControllerLink::pulse(4, 1000));
  rig.run(0.1);
  const auto pulses = changes_of(rig.board, Pin::Output);
  ASSERT_EQ(pulses.size(), 2u);
  EXPECT_EQ(pulses[0].channel, 4);
  EXPECT_NEAR(static_cast<double>(pulses[1].us - pulses[0].us), 1000.0, 30.0);
  EXPECT_EQ(rig.answers.back().kind, AnswerKind::Output);
}

TEST(TrialController, AnEndOfWatchThatWasNotHeardIsNoticed) {
  Rig rig;
  rig.run(0.5);
  rig.is_host_gone = true;
  rig.run(0.6);
  rig.board.to_host.clear();  // its "w" is lost
  rig.is_host_gone = false;
  rig.answers.clear();
  rig.run(0.5);
  ASSERT_EQ(rig.answers.size(), 2u);
  EXPECT_EQ(rig.answers[0].kind, AnswerKind::Gone);
  EXPECT_EQ(rig.answers[1].kind, AnswerKind::Ready);
}

/// Damaged bytes may cost a trial, never distort one: a US comes in its time after the CS, for its
/// time, or not at all; and what the host learns is true.
TEST(TrialController, DamagedLinesNeverDistortATrial) {
  Rig rig;
  rig.run(0.5);
  rig.damage = 0.003;
  constexpr int kTrials = 60;
  for (int start = 1; start <= kTrials; ++start) {
    rig.present(trial_of(start, 250'000, 200'000, 30'000));
    rig.run(1.0);
  }
  rig.damage = 0.0;
  rig.run(1.0);
  const auto cs = changes_of(rig.board, Pin::Cs);
  const auto us = changes_of(rig.board, Pin::Us);
  EXPECT_GT(us.size() / 2, 30u);
  EXPECT_LT(us.size() / 2,
            static_cast<std::size_t>(kTrials));  // some were lost: the damage is real
  EXPECT_GT(rig.link.bad_lines(), 0);
  std::vector<std::int64_t> us_onsets;
  for (std::size_t i = 0; i + 1 < us.size(); i += 2) {
    EXPECT_TRUE(us[i].is_on);
    EXPECT_EQ(us[i + 1].us - us[i].us, 30'000);
    const auto its_cs = std::find_if(cs.begin(), cs.end(), [&](const PinChange& change) {
      return change.is_on && change.us == us[i].us - 200'000;
    });
    EXPECT_NE(its_cs, cs.end()) << "at " << us[i].us;
    us_onsets.push_back(us[i].us);
  }
  for (std::size_t i = 0; i + 1 < cs.size(); i += 2) EXPECT_LE(cs[i + 1].us - cs[i].us, 250'001);
  std::size_t known = 0;
  for (int start = 1; start <= kTrials; ++start) {
    const std::vector<AnswerKind> kinds = rig.kinds_of(start);
    const auto told = std::count(kinds.begin(), kinds.end(), AnswerKind::UsOn);
    EXPECT_LE(told, 1) << start;
    if (told == 0) continue;
    ++known;
    const std::int64_t told_us = (*rig.time_of(start, AnswerKind::UsOn) - kBoot_ns) / 1000;
    const bool is_true = std::any_of(us_onsets.begin(), us_onsets.end(), [&](std::int64_t onset) {
      return std::abs(onset - told_us) < 3000;
    });
    EXPECT_TRUE(is_true) << start;
  }
  // Lost lines were asked for again.
  EXPECT_GE(known + 2, us_onsets.size());
}

TEST(TrialController, GarbageMovesNoPin) {
  Rig rig;
  rig.run(0.5);
  std::mt19937 random(11);
  for (int i = 0; i < 200'000; ++i) {
    rig.board.to_device.push_back(static_cast<char>(random() & 0xff));
    rig.controller.poll();
  }
  EXPECT_TRUE(rig.board.changes.empty());
  rig.run(2.0);
  EXPECT_TRUE(rig.link.is_ready());  // greeted again
}

}  // namespace
}  // namespace eyelid_trial
