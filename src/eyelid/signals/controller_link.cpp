// SPDX-License-Identifier: MIT
#include "eyelid/signals/controller_link.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace eyelid::signals {
namespace {

constexpr std::int64_t kPerMicrosecond_ns = 1000;

std::string prepare_line(const TrialParameters& trial) {
  return protocol_line(fmt::format("T {} {} {} {} {} {}",
                                   trial.start,
                                   trial.cs.channel,
                                   trial.cs.duration_us,
                                   trial.us.channel,
                                   trial.us.duration_us,
                                   trial.isi_us));
}

std::int64_t duration_ns(const TrialParameters& trial) {
  const std::int64_t us_from_us = trial.cs.channel > 0 ? trial.isi_us : 0;
  const std::int64_t us_end_us = trial.us.channel > 0 ? us_from_us + trial.us.duration_us : 0;
  return kPerMicrosecond_ns * std::max<std::int64_t>(trial.cs.duration_us, us_end_us);
}

}  // namespace

std::string ControllerLink::prepare(const TrialParameters& trial, std::int64_t now_ns) {
  prepared_ = trial;
  is_started_ = false;
  is_confirmed_ = false;
  prepared_ns_ = now_ns;
  return prepare_line(trial);
}

std::string ControllerLink::start(int start, std::int64_t now_ns) {
  running_ = Running{start, now_ns + duration_ns(prepared_) + kRetry_ns, {}};
  is_started_ = true;
  return protocol_line(fmt::format("G {}", start));
}

std::string ControllerLink::omit_us(int start) { return protocol_line(fmt::format("O {}", start)); }

std::string ControllerLink::abort() { return protocol_line("A"); }

std::string ControllerLink::pulse(int channel, std::uint32_t duration_us) {
  return protocol_line(fmt::format("X {} {}", channel, duration_us));
}

void ControllerLink::reconnect() {
  state_ = State::Greeting;
  greeted_ns_.reset();
  clock_.reset();
  running_.reset();
  is_confirmed_ = false;  // what the device was told is lost
}

std::string ControllerLink::due_lines(std::int64_t now_ns, std::vector<Answer>& answers) {
  std::string lines;
  if (state_ == State::Refused) return lines;
  if (state_ == State::Ready && now_ns - heard_ns_ > kSilence_ns) {
    lose("the microcontroller is silent", now_ns, answers);
  }
  if (state_ == State::Greeting) {
    if (greeted_ns_ && now_ns - *greeted_ns_ < kGreeting_ns) return lines;
    greeted_ns_ = now_ns;
    return protocol_line(fmt::format("H {}", kProtocolVersion));
  }
  if (!pinged_ns_ || now_ns - *pinged_ns_ >= kPing_ns) {
    pinged_ns_ = now_ns;
    lines += protocol_line(fmt::format("P {}", ++ping_));
  }
  if (!is_started_ && !is_confirmed_ && now_ns - prepared_ns_ >= kRetry_ns) {
    prepared_ns_ = now_ns;
    lines += prepare_line(prepared_);
  }
  if (running_ && now_ns >= running_->ask_after_ns) {
    running_->ask_after_ns = now_ns + kRetry_ns;
    lines += protocol_line(fmt::format("Q {}", running_->start));
  }
  return lines;
}

void ControllerLink::receive(std::string_view bytes,
                             std::int64_t now_ns,
                             std::vector<Answer>& answers) {
  for (const char byte : bytes) {
    const std::optional<std::string_view> body = reader_.add(byte);
    if (!body) continue;
    heard_ns_ = now_ns;
    if (const auto words = words_of_body(*body)) handle(*words, now_ns, answers);
  }
}

/// Adds an answer about a moment of a trial, once.
void ControllerLink::note(AnswerKind kind,
                          int start,
                          std::uint32_t stamp,
                          std::int64_t now_ns,
                          std::vector<Answer>& answers) {
  if (running_ && running_->start == start) {
    std::vector<AnswerKind>& heard = running_->heard;
    if (std::find(heard.begin(), heard.end(), kind) != heard.end()) return;
    heard.push_back(kind);
  }
  answers.push_back({kind, start, clock_.host_ns(stamp).value_or(now_ns), stamp, ""});
}

void ControllerLink::greet_back(const ProtocolWords& words,
                                std::int64_t now_ns,
                                std::vector<Answer>& answers) {
  const std::optional<std::uint32_t> version = words.number(1);
  if (!version || state_ != State::Greeting) return;
  if (*version != kProtocolVersion) {
    state_ = State::Refused;
    answers.push_back({AnswerKind::Refused,
                       0,
                       now_ns,
                       0,
                       fmt::format("the firmware speaks version {} of the protocol, expected {}",
                                   *version,
                                   kProtocolVersion)});
    return;
  }
  state_ = State::Ready;
  device_name_ = words.word(2);
  pinged_ns_.reset();
  answers.push_back({AnswerKind::Ready, 0, now_ns, 0, device_name_});
}

/// It was started anew, or its watchdog has forgotten us: what it had been told is lost.
void ControllerLink::lose(const char* why, std::int64_t now_ns, std::vector<Answer>& answers) {
  if (state_ == State::Ready) answers.push_back({AnswerKind::Gone, 0, now_ns, 0, why});
  if (state_ != State::Refused) reconnect();
}

void ControllerLink::take_ping(const ProtocolWords& words, std::int64_t now_ns) {
  const std::optional<std::uint32_t> stamp = words.number(2);
  if (!pinged_ns_ || words.number(1) != ping_ || !stamp) return;
  clock_.add(*stamp, *pinged_ns_, now_ns);
}

/// "f START CS_ON CS_OFF US_ON US_OFF", "-" for what was not: tells again what may have been lost.
void ControllerLink::take_summary(const ProtocolWords& words,
                                  std::int64_t now_ns,
                                  std::vector<Answer>& answers) {
  const std::optional<std::uint32_t> start = words.number(1);
  if (!start || !running_ || static_cast<std::uint32_t>(running_->start) != *start) return;
  std::uint32_t latest = 0;
  std::size_t place = 2;
  for (const AnswerKind kind :
       {AnswerKind::CsOn, AnswerKind::CsOff, AnswerKind::UsOn, AnswerKind::UsOff}) {
    const std::optional<std::uint32_t> stamp = words.number(place++);
    if (!stamp) continue;
    note(kind, running_->start, *stamp, now_ns, answers);
    latest = *stamp;
  }
  if (words.word(6) == "omitted")
    note(AnswerKind::UsOmitted, running_->start, latest, now_ns, answers);
  note(AnswerKind::TrialOver, running_->start, latest, now_ns, answers);
  running_.reset();
}

void ControllerLink::handle(const ProtocolWords& words,
                            std::int64_t now_ns,
                            std::vector<Answer>& answers) {
  if (words.word(0).size() != 1) return;
  const char letter = words.word(0)[0];
  if (letter == 'h') return greet_back(words, now_ns, answers);
  if (letter == 'b') return lose("the microcontroller was started anew", now_ns, answers);
  if (state_ != State::Ready) return;
  const std::optional<std::uint32_t> number = words.number(1);
  const int start = static_cast<int>(std::min<std::uint32_t>(number.value_or(0), 0x7fffffff));
  const std::uint32_t stamp = words.number(2).value_or(0);
  switch (letter) {
    case 'p':
      return take_ping(words, now_ns);
    case 't':
      if (prepared_.start == start) is_confirmed_ = true;
      return;
    case 'c':
      return note(AnswerKind::CsOn, start, stamp, now_ns, answers);
    case 'd':
      return note(AnswerKind::CsOff, start, stamp, now_ns, answers);
    case 'u':
      return note(AnswerKind::UsOn, start, stamp, now_ns, answers);
    case 'v':
      return note(AnswerKind::UsOff, start, stamp, now_ns, answers);
    case 'o':
      return note(AnswerKind::UsOmitted, start, stamp, now_ns, answers);
    case 'x':
      answers.push_back({AnswerKind::Output, 0, clock_.host_ns(stamp).value_or(now_ns), stamp, ""});
      return;
    case 'f':
      return take_summary(words, now_ns, answers);
    case 'a':
      note(AnswerKind::Aborted, start, stamp, now_ns, answers);
      running_.reset();
      return;
    case 'w':
      note(AnswerKind::Aborted, start, stamp, now_ns, answers);
      return lose("the microcontroller's watchdog switched everything off", now_ns, answers);
    case 'e': {
      if (words.word(1) == "nohello") {
        return lose("the microcontroller has forgotten the program", now_ns, answers);
      }
      const int of =
          static_cast<int>(std::min<std::uint32_t>(words.number(2).value_or(0), 0x7fffffff));
      answers.push_back({AnswerKind::Refused, of, now_ns, 0, std::string(words.word(1))});
      // Asked about a trial that it never began: there is nothing to wait for.
      if (running_ && running_->start == of && words.word(1) == "unknown") running_.reset();
      // Busy passes; whatever else it refuses, it would refuse again.
      if (prepared_.start == of && words.word(1) != "busy") is_confirmed_ = true;
      return;
    }
    default:
      return;  // of a later version
  }
}

}  // namespace eyelid::signals
