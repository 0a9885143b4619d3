// SPDX-License-Identifier: MIT
#include <array>
#include <cmath>
#include <optional>

#include "eyelid/core/error.hpp"
#include "eyelid/core/monotonic_clock.hpp"
#include "eyelid/signals/controller_link.hpp"
#include "eyelid/signals/serial_port.hpp"
#include "eyelid/signals/signal_kinds.hpp"

namespace eyelid::signals {
namespace {

constexpr std::int64_t kReopen_ns = 500'000'000;
constexpr int kOutputChannel = 1;
constexpr std::uint32_t kOutputPulse_us = 1000;

class SerialSignal final : public Signal {
 public:
  explicit SerialSignal(const SignalAddress& address)
      : Signal(address.text), named_(address), port_(open()) {
    std::vector<Answer> none;
    write(link_.due_lines(monotonic_ns(), none));
  }

  /// Every event is a pulse on the output pin: a microcontroller has no words.
  std::optional<std::int64_t> send(const SignalEvent&) override {
    return send_line(link_.pulse(kOutputChannel, kOutputPulse_us));
  }
  void prepare(const TrialParameters& trial) override {
    // A line that is lost is sent again by poll().
    write(link_.prepare(trial, monotonic_ns()));
  }
  std::optional<std::int64_t> start(const TrialParameters& trial, double) override {
    return send_line(link_.start(trial.start, monotonic_ns()));
  }
  std::optional<std::int64_t> omit_us(const TrialParameters& trial, double) override {
    return send_line(link_.omit_us(trial.start));
  }
  std::optional<std::int64_t> abort(const TrialParameters&, double) override {
    return send_line(link_.abort());
  }
  bool answers() const override { return true; }
  bool is_ready() const override { return port_ && link_.is_ready(); }

  /// Looks every 0.5 s whether a device that vanished is there again: opening it may take a
  /// millisecond.
  void poll(std::vector<Answer>& answers) override {
    const std::int64_t now_ns = monotonic_ns();
    if (!port_) {
      reopen(now_ns);
      if (!port_) return;
    }
    const std::size_t before = answers.size();
    std::array<char, 512> bytes;
    bool is_gone = false;
    while (const std::size_t size = port_->read(bytes, is_gone)) {
      link_.receive({bytes.data(), size}, monotonic_ns(), answers);
    }
    write(link_.due_lines(monotonic_ns(), answers));
    if (is_gone || is_gone_) {
      port_.reset();
      is_gone_ = false;
      reopened_ns_ = now_ns;
      answers.push_back({AnswerKind::Gone, 0, now_ns, 0, "the device is gone"});
    }
    for (std::size_t i = before; i < answers.size(); ++i) {
      const Answer& answer = answers[i];
      if (answer.kind == AnswerKind::Gone) tell(answer.text + "; trials wait until it is back");
      if (answer.kind == AnswerKind::Ready) tell("ready: " + answer.text);
      if (answer.kind == AnswerKind::Refused) tell("the microcontroller refuses: " + answer.text);
    }
  }

 private:
  SerialPort open() const { return {named_.text, named_.name, named_.baud}; }

  void reopen(std::int64_t now_ns) {
    if (now_ns - reopened_ns_ < kReopen_ns) return;
    reopened_ns_ = now_ns;
    try {
      port_.emplace(open());
      link_.reconnect();
    } catch (const InputError&) {
      // Still gone, which was told.
    }
  }

  SerialPort::Written write(const std::string& lines) {
    if (lines.empty()) return SerialPort::Written::All;
    if (!port_ || is_gone_) return SerialPort::Written::Gone;
    // A line end first, so that what was cut short does not take this line with it.
    const SerialPort::Written written = port_->write(is_cut_ ? "\n" + lines : lines);
    is_cut_ = written == SerialPort::Written::Full;
    is_gone_ = written == SerialPort::Written::Gone;
    if (is_cut_) {
      ++counts_.full;
      tell("the port is full, lines are left out");
    }
    return written;
  }

  std::optional<std::int64_t> send_line(const std::string& line) {
    const SerialPort::Written written = write(line);
    const std::int64_t time_ns = monotonic_ns();
    if (written == SerialPort::Written::Gone) ++counts_.failed;
    if (written != SerialPort::Written::All) return std::nullopt;
    ++counts_.sent;
    return time_ns;
  }

  SignalAddress named_;
  std::optional<SerialPort> port_;
  ControllerLink link_;
  bool is_gone_ = false;
  bool is_cut_ = false;
  std::int64_t reopened_ns_ = 0;
};

}  // namespace

std::unique_ptr<Signal> open_serial_signal(const SignalAddress& address) {
  return std::make_unique<SerialSignal>(address);
}

}  // namespace eyelid::signals
