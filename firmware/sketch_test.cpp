// SPDX-License-Identifier: MIT
// The sketch itself behind a pty, as the program meets it: in real time.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "Arduino.h"
#include "eyelid/core/monotonic_clock.hpp"
#include "eyelid/signals/signal.hpp"
#include "temporary_folder.hpp"

namespace {

/// What the stub of Arduino works on.
struct Board {
  std::atomic<int> line{-1};  // master of the pty
  std::mutex mutex;           // guards what follows
  std::array<int, 32> levels{};
  std::vector<std::pair<int, std::int64_t>> rises;  // pin, host time
};
Board board;

}  // namespace

std::uint32_t micros() { return static_cast<std::uint32_t>(eyelid::monotonic_ns() / 1000); }
void pinMode(std::uint8_t, int) {}
void digitalWrite(std::uint8_t pin, int level) {
  const std::lock_guard lock(board.mutex);
  if (level == HIGH && board.levels[pin] == LOW) {
    board.rises.emplace_back(pin, eyelid::monotonic_ns());
  }
  board.levels[pin] = level;
}
StubSerial Serial;
void StubSerial::begin(long) {}
int StubSerial::read() {
  std::uint8_t byte = 0;
  if (::read(board.line, &byte, 1) == 1) return byte;
  std::this_thread::sleep_for(std::chrono::microseconds(50));  // leave the processor to others
  return -1;
}
int StubSerial::availableForWrite() { return 16; }
void StubSerial::write(std::uint8_t byte) { (void)!::write(board.line, &byte, 1); }

#include "firmware/eyelid_trial/eyelid_trial.ino"

namespace {

using eyelid::signals::Answer;
using eyelid::signals::AnswerKind;
using eyelid::signals::Signal;

/// A running board behind a pty that has a fixed name, as udev gives one.
class PluggedBoard {
 public:
  explicit PluggedBoard(const std::filesystem::path& name) : name_(name) { plug_in(); }
  ~PluggedBoard() {
    if (thread_.joinable()) unplug();
  }
  void plug_in() {
    std::array<char, 128> path{};
    int master = -1;
    int slave = -1;
    ASSERT_EQ(openpty(&master, &slave, path.data(), nullptr, nullptr), 0);
    termios raw{};
    cfmakeraw(&raw);
    tcsetattr(slave, TCSANOW, &raw);
    close(slave);
    fcntl(master, F_SETFL, O_NONBLOCK);
    std::filesystem::remove(name_);
    std::filesystem::create_symlink(path.data(), name_);
    board.line = master;
    is_running_ = true;
    controller = eyelid_trial::TrialController<BoardHal>(hal);
    thread_ = std::thread([this] {
      setup();
      while (is_running_) loop();
    });
  }
  void unplug() {
    is_running_ = false;
    thread_.join();
    close(board.line.exchange(-1));
  }

 private:
  std::filesystem::path name_;
  std::atomic<bool> is_running_{false};
  std::thread thread_;
};

/// Polls until an answer of this kind comes; false after 20 s, which only a broken program takes.
bool wait_for(Signal& signal, AnswerKind kind, std::vector<Answer>& answers) {
  const std::int64_t end_ns = eyelid::monotonic_ns() + 20'000'000'000;
  while (eyelid::monotonic_ns() < end_ns) {
    const std::size_t before = answers.size();
    signal.poll(answers);
    for (std::size_t i = before; i < answers.size(); ++i) {
      if (answers[i].kind == kind) return true;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return false;
}

TEST(Sketch, TrialUnplugAndReturn) {
  const eyelid::testing::TemporaryFolder folder;
  PluggedBoard plugged(folder / "tty");
  const std::string address = "serial:" + (folder / "tty").string();
  const auto signals = eyelid::signals::open_signals(address);
  Signal& signal = *signals[0];
  std::vector<Answer> answers;
  EXPECT_FALSE(signal.is_ready());
  ASSERT_TRUE(wait_for(signal, AnswerKind::Ready, answers));
  EXPECT_TRUE(signal.is_ready());
  EXPECT_EQ(signal.take_message(), address + ": ready: eyelid_trial");

  eyelid::signals::TrialParameters trial;
  trial.start = 1;
  trial.cs = {1, 150'000};
  trial.us = {1, 20'000};
  trial.isi_us = 100'000;
  for (int attempt = 0; attempt < 3; ++attempt) {
    // A machine that holds the board up for 0.5 s makes its watchdog end the trial: once more.
    trial.start = attempt + 1;
    answers.clear();
    ASSERT_TRUE(signal.is_ready() || wait_for(signal, AnswerKind::Ready, answers));
    signal.prepare(trial);
    for (int i = 0; i < 50; ++i) {
      signal.poll(answers);
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    ASSERT_TRUE(signal.start(trial, 0.0));
    if (wait_for(signal, AnswerKind::TrialOver, answers)) break;
  }
  std::int64_t cs_ns = 0;
  std::int64_t us_ns = 0;
  std::uint32_t cs_us = 0;
  std::uint32_t us_us = 0;
  for (const Answer& answer : answers) {
    if (answer.kind == AnswerKind::CsOn) cs_ns = answer.time_ns, cs_us = answer.device_us;
    if (answer.kind == AnswerKind::UsOn) us_ns = answer.time_ns, us_us = answer.device_us;
  }
  // The processor may be taken away from the board's thread, which makes it late, never early.
  EXPECT_GE(us_us - cs_us, 100'000u);
  EXPECT_GT(us_ns, cs_ns);
  {
    const std::lock_guard lock(board.mutex);
    EXPECT_GE(board.rises.size(), 2u);
    EXPECT_EQ(board.rises[0].first, kCsPins[0]);
    EXPECT_EQ(board.rises[1].first, kUsPins[0]);
    EXPECT_GE(board.rises[1].second - board.rises[0].second, 99'000'000);
  }

  plugged.unplug();
  ASSERT_TRUE(wait_for(signal, AnswerKind::Gone, answers));
  EXPECT_FALSE(signal.is_ready());
  EXPECT_EQ(signal.take_message(), address + ": the device is gone; trials wait until it is back");
  EXPECT_FALSE(signal.send({"output", 0.0, 1, 0.0}));
  EXPECT_EQ(signal.counts().failed, 1);

  plugged.plug_in();
  ASSERT_TRUE(wait_for(signal, AnswerKind::Ready, answers));
  EXPECT_TRUE(signal.send({"output", 0.0, 1, 0.0}));
  EXPECT_TRUE(wait_for(signal, AnswerKind::Output, answers));
}

}  // namespace
