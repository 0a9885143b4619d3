// SPDX-License-Identifier: MIT
#include "eyelid/signals/signal.hpp"

#include <utility>

#include "eyelid/signals/address.hpp"
#include "eyelid/signals/signal_kinds.hpp"

namespace eyelid::signals {

std::optional<std::int64_t> Signal::start(const TrialParameters& trial, double time_s) {
  return send({"trial_start", time_s, trial.trial, static_cast<double>(trial.start)});
}

std::optional<std::int64_t> Signal::omit_us(const TrialParameters& trial, double time_s) {
  return send({"omit_us", time_s, trial.trial, static_cast<double>(trial.start)});
}

std::optional<std::int64_t> Signal::abort(const TrialParameters& trial, double time_s) {
  return send({"trial_abort", time_s, trial.trial, static_cast<double>(trial.start)});
}

std::optional<std::string> Signal::take_message() { return std::exchange(message_, std::nullopt); }

void Signal::tell(const std::string& what) {
  if (what == told_) return;
  told_ = what;
  message_ = address_ + ": " + what;
}

std::vector<std::unique_ptr<Signal>> open_signals(const std::string& list) {
  std::vector<std::unique_ptr<Signal>> signals;
  for (const SignalAddress& address : parse_signal_addresses(list)) {
    switch (address.kind) {
      case SignalKind::Serial:
        signals.push_back(open_serial_signal(address));
        break;
      case SignalKind::Udp:
        signals.push_back(open_udp_signal(address));
        break;
      case SignalKind::Osc:
        signals.push_back(open_osc_signal(address));
        break;
      case SignalKind::Lsl:
        signals.push_back(open_lsl_signal(address));
        break;
    }
  }
  return signals;
}

}  // namespace eyelid::signals
