// SPDX-License-Identifier: MIT
#include "eyelid/signals/address.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>

#include "eyelid/core/error.hpp"

namespace eyelid::signals {
namespace {

[[noreturn]] void fail(const std::string& text, const std::string& found, const char* expected) {
  throw InputError("output " + text + ": found " + found + ", expected " + expected);
}

std::optional<int> whole_number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string quoted(std::string_view text) { return '"' + std::string(text) + '"'; }

void read_serial(SignalAddress& address, std::string_view rest) {
  const std::size_t at = rest.rfind('@');
  address.name = rest.substr(0, at);
  address.baud = kUsualBaud;
  if (address.name.empty()) {
    fail(address.text, "no device", "serial:DEVICE[@BAUD], for example serial:/dev/ttyACM0");
  }
  if (at == std::string_view::npos) return;
  const std::optional<int> baud = whole_number(rest.substr(at + 1));
  const std::vector<int>& rates = baud_rates();
  if (!baud || !std::binary_search(rates.begin(), rates.end(), *baud)) {
    std::string names;
    for (const int rate : rates) names += (names.empty() ? "" : ", ") + std::to_string(rate);
    fail(address.text,
         "the rate " + quoted(rest.substr(at + 1)),
         ("one of " + names + " baud").c_str());
  }
  address.baud = *baud;
}

void read_host_and_port(SignalAddress& address, std::string_view rest) {
  const char* form = address.kind == SignalKind::Udp
                         ? "udp:HOST:PORT, for example udp:127.0.0.1:5000"
                         : "osc:HOST:PORT, for example osc:127.0.0.1:9000";
  const std::size_t colon = rest.rfind(':');
  const std::size_t bracket = rest.rfind(']');
  const bool has_port =
      colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
  if (!has_port) fail(address.text, "no port", form);
  std::string_view host = rest.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    fail(address.text, "more than one colon", "an IPv6 address in brackets, udp:[::1]:5000");
  }
  if (host.empty()) fail(address.text, "no host", form);
  const std::optional<int> port = whole_number(rest.substr(colon + 1));
  if (!port || *port < 1 || *port > 65535) {
    fail(address.text, "the port " + quoted(rest.substr(colon + 1)), "a number from 1 to 65535");
  }
  address.name = host;
  address.port = static_cast<std::uint16_t>(*port);
}

SignalAddress parse_one(const std::string& text) {
  SignalAddress address;
  address.text = text;
  const std::size_t colon = text.find(':');
  const std::string kind = text.substr(0, colon);
  const std::string_view rest =
      colon == std::string::npos ? std::string_view() : std::string_view(text).substr(colon + 1);
  if (text.find('\0') != std::string::npos) fail("", "a zero byte", "text");
  if (kind == "serial") {
    address.kind = SignalKind::Serial;
    read_serial(address, rest);
  } else if (kind == "udp" || kind == "osc") {
    address.kind = kind == "udp" ? SignalKind::Udp : SignalKind::Osc;
    read_host_and_port(address, rest);
  } else if (kind == "lsl") {
    address.kind = SignalKind::Lsl;
    address.name = rest;
    if (rest.empty()) fail(text, "no name", "lsl:NAME, for example lsl:eyelid");
  } else {
    fail(text,
         colon == std::string::npos ? "no kind" : "the kind " + quoted(kind),
         "serial:DEVICE[@BAUD], udp:HOST:PORT, osc:HOST:PORT or lsl:NAME");
  }
  return address;
}

}  // namespace

const std::vector<int>& baud_rates() {
  static const std::vector<int> rates{
      9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600, 1000000, 2000000};
  return rates;
}

std::vector<SignalAddress> parse_signal_addresses(const std::string& list) {
  std::vector<SignalAddress> addresses;
  std::size_t begin = 0;
  while (true) {
    const std::size_t comma = std::min(list.find(',', begin), list.size());
    addresses.push_back(parse_one(list.substr(begin, comma - begin)));
    for (std::size_t i = 0; i + 1 < addresses.size(); ++i) {
      if (addresses[i].text == addresses.back().text) {
        fail(addresses.back().text, "it twice", "each output once");
      }
    }
    if (comma == list.size()) return addresses;
    begin = comma + 1;
  }
}

}  // namespace eyelid::signals
