// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "eyelid/signals/controller_protocol.hpp"
#include "eyelid/signals/device_clock.hpp"
#include "eyelid/signals/signal.hpp"

namespace eyelid::signals {

/// The host's side of the protocol, without the port: bytes in, lines out, times given.
///
/// Greets until the device answers with its version, pings every kPing_ns (which keeps its
/// watchdog quiet and fits its clock), sends the parameters of a trial until they are confirmed,
/// and asks for the stamps of a trial whose end was not heard. A start is never sent twice: late it
/// would be wrong. Pure; threads: one at a time.
class ControllerLink {
 public:
  static constexpr std::int64_t kPing_ns = 100'000'000;
  static constexpr std::int64_t kRetry_ns = 100'000'000;
  static constexpr std::int64_t kGreeting_ns = 250'000'000;
  /// Without any good line for so long, the device counts as gone.
  static constexpr std::int64_t kSilence_ns = 500'000'000;

  /// Takes bytes of the device; appends what it did.
  void receive(std::string_view bytes, std::int64_t now_ns, std::vector<Answer>& answers);
  /// What is due now, as lines to write: greeting, ping, repeated lines.
  std::string due_lines(std::int64_t now_ns, std::vector<Answer>& answers);

  /// Lines to write at once. Only `prepare` is repeated by due_lines().
  std::string prepare(const TrialParameters& trial, std::int64_t now_ns);
  std::string start(int start, std::int64_t now_ns);
  static std::string omit_us(int start);
  static std::string abort();
  static std::string pulse(int channel, std::uint32_t duration_us);
  /// The port was opened anew: greet again.
  void reconnect();

  /// Greeted, and heard lately.
  bool is_ready() const { return state_ == State::Ready; }
  const DeviceClock& clock() const { return clock_; }
  std::int64_t bad_lines() const { return reader_.bad_lines(); }
  /// What the device calls itself; empty before it answered.
  const std::string& device_name() const { return device_name_; }

 private:
  enum class State { Greeting, Ready, Refused };
  struct Running {
    int start = 0;
    std::int64_t ask_after_ns = 0;  // for its stamps, if its end is not heard
    std::vector<AnswerKind> heard;
  };
  void handle(const ProtocolWords& words, std::int64_t now_ns, std::vector<Answer>& answers);
  void greet_back(const ProtocolWords& words, std::int64_t now_ns, std::vector<Answer>& answers);
  void lose(const char* why, std::int64_t now_ns, std::vector<Answer>& answers);
  void take_ping(const ProtocolWords& words, std::int64_t now_ns);
  void take_summary(const ProtocolWords& words, std::int64_t now_ns, std::vector<Answer>& answers);
  void note(AnswerKind kind,
            int start,
            std::uint32_t stamp,
            std::int64_t now_ns,
            std::vector<Answer>& answers);

  State state_ = State::Greeting;
  LineReader reader_;
  DeviceClock clock_;
  std::string device_name_;
  std::optional<std::int64_t> greeted_ns_;
  std::int64_t heard_ns_ = 0;
  std::optional<std::int64_t> pinged_ns_;
  std::uint32_t ping_ = 0;
  TrialParameters prepared_;  // the latest
  bool is_started_ = true;    // that one: not to be prepared again
  bool is_confirmed_ = true;
  std::int64_t prepared_ns_ = 0;
  std::optional<Running> running_;
};

}  // namespace eyelid::signals
