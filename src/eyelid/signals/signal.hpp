// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// One door for every output of a running session: a microcontroller on a serial port, UDP, OSC,
/// Lab Streaming Layer.
namespace eyelid::signals {

/// Something that happened, for those who listen.
struct SignalEvent {
  std::string_view name;  // "output", "mark": letters, digits, _
  double time_s = 0.0;    // of the frame that decided it, on the session's clock
  int trial = 0;          // its number; 0: none
  double value = 0.0;     // FEC, for example
};

/// A stimulus of a trial; channel 0: there is none.
struct StimulusPulse {
  int channel = 0;
  std::uint32_t duration_us = 0;
};

/// What a microcontroller needs to know to present a trial by itself.
struct TrialParameters {
  int start = 0;  // which start of a trial, from 1; answers name it
  int trial = 0;  // its number, for outputs that only tell
  StimulusPulse cs;
  StimulusPulse us;
  std::uint32_t isi_us = 0;  // CS onset to US onset, of a trial with both
};

enum class AnswerKind {
  Ready,  // greeted: its version was right
  CsOn,
  CsOff,
  UsOn,
  UsOff,
  UsOmitted,
  Output,
  TrialOver,
  Aborted,  // also by its watchdog
  Refused,  // `text`: what and why
  Gone,     // the device vanished, or is silent
};

/// What a microcontroller says that it did.
struct Answer {
  AnswerKind kind = AnswerKind::Ready;
  int start = 0;  // 0: of no trial
  /// When, on CLOCK_MONOTONIC, by its own stamp and the fit of its clock (see
  /// DeviceClock::uncertainty_ns()); before that is known, when the answer was read.
  std::int64_t time_ns = 0;
  std::uint32_t device_us = 0;  // its stamp
  std::string text;
};

struct SignalCounts {
  std::int64_t sent = 0;
  std::int64_t full = 0;    // not sent: the output was full
  std::int64_t failed = 0;  // not sent: the device was gone
};

/// One output.
///
/// Nothing blocks: a write that cannot be done at once is not done, counted, and told once by
/// take_message(). An output that fails never throws; measuring goes on. All calls from one thread
/// at a time. send(), start() and poll() allocate nothing but the text of rare answers.
class Signal {
 public:
  virtual ~Signal() = default;
  /// As it was given: "udp:127.0.0.1:5000".
  const std::string& address() const { return address_; }

  /// Returns CLOCK_MONOTONIC right after the write; nothing where it was not sent.
  virtual std::optional<std::int64_t> send(const SignalEvent& event) = 0;

  /// Those that only tell send events trial_start, omit_us and trial_abort.
  virtual void prepare(const TrialParameters&) {}
  virtual std::optional<std::int64_t> start(const TrialParameters& trial, double time_s);
  virtual std::optional<std::int64_t> omit_us(const TrialParameters& trial, double time_s);
  virtual std::optional<std::int64_t> abort(const TrialParameters& trial, double time_s);

  /// Whether answers tell what took place.
  virtual bool answers() const { return false; }
  /// Ready for a trial: always, where nothing answers.
  virtual bool is_ready() const { return true; }
  /// Appends what came in; keeps the connection alive: call it at least every 50 ms.
  virtual void poll(std::vector<Answer>&) {}

  const SignalCounts& counts() const { return counts_; }
  /// A sentence for the user that was not told yet: "serial:/dev/ttyACM0: the device is gone".
  std::optional<std::string> take_message();

 protected:
  explicit Signal(std::string address) : address_(std::move(address)) {}
  /// Each text is told once in a row.
  void tell(const std::string& what);
  SignalCounts counts_;

 private:
  std::string address_;
  std::string told_;
  std::optional<std::string> message_;
};

/// Opens what --output names, a list with commas:
///
///   serial:DEVICE[@BAUD]   a microcontroller with our firmware (firmware/, docs/live.md); 115200
///                          unless given
///   udp:HOST:PORT          a datagram per event, a line of text: "NAME TIME_S TRIAL VALUE"
///   osc:HOST:PORT          an Open Sound Control message per event: /eyelid/NAME, types "dif"
///   (time,
///                          trial, value)
///   lsl:NAME               a marker stream of that name, by the user's liblsl
///
/// HOST is a name, an IPv4 address, or [IPv6]. Errors: InputError with one sentence: an unknown
/// kind (all are listed), a bad part, no such device or host, no rights, a device in use, no
/// liblsl.
std::vector<std::unique_ptr<Signal>> open_signals(const std::string& list);

}  // namespace eyelid::signals
