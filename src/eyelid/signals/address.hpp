// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace eyelid::signals {

enum class SignalKind { Serial, Udp, Osc, Lsl };

/// An output as the command line names it; see open_signals().
struct SignalAddress {
  SignalKind kind = SignalKind::Udp;
  std::string text;  // as given
  std::string name;  // the device, the host, or the stream
  std::uint16_t port = 0;
  int baud = 0;
};

inline constexpr int kUsualBaud = 115200;

/// The rates that a serial port can be given, rising.
const std::vector<int>& baud_rates();

/// Errors: InputError "output udp:host: found ..., expected ...".
std::vector<SignalAddress> parse_signal_addresses(const std::string& list);

}  // namespace eyelid::signals
