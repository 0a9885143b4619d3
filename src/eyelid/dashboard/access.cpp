// SPDX-License-Identifier: MIT
#include "eyelid/dashboard/access.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <strings.h>
#include <sys/random.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <iterator>
#include <utility>

#include "eyelid/core/error.hpp"

namespace eyelid::dashboard {
namespace {

bool is_address(const std::string& text) {
  std::array<unsigned char, 16> bytes{};
  return inet_pton(AF_INET, text.c_str(), bytes.data()) == 1 ||
         inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1;
}

bool is_same_name(const std::string& a, const std::string& b) {
  return strcasecmp(a.c_str(), b.c_str()) == 0;
}

std::string name_of_machine() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0) return "localhost";
  return name.data();
}

}  // namespace

std::string random_token() {
  std::array<std::uint8_t, 16> bytes{};
  if (getrandom(bytes.data(), bytes.size(), 0) != std::ssize(bytes)) {
    throw Error("no random numbers from the system, expected some for the dashboard's token");
  }
  std::string token;
  for (const std::uint8_t byte : bytes) token += fmt::format("{:02x}", byte);
  return token;
}

bool is_same_secret(std::string_view given, std::string_view expected) {
  if (given.size() != expected.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < given.size(); ++i) {
    difference |= static_cast<unsigned>(static_cast<unsigned char>(given[i]) ^
                                        static_cast<unsigned char>(expected[i]));
  }
  return difference == 0;
}

KnownHosts::KnownHosts(std::string asked, bool is_loopback, int port)
    : asked_(std::move(asked)),
      machine_(name_of_machine()),
      is_loopback_(is_loopback),
      port_(port) {}

bool KnownHosts::is_known(std::string_view host) const {
  const std::string port = fmt::format(":{}", port_);
  if (host.ends_with(port)) {
    host.remove_suffix(port.size());
  } else if (port_ != 80) {  // which browsers omit
    return false;
  }
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  const std::string name(host);
  if (is_same_name(name, "localhost") || is_same_name(name, asked_)) return true;
  if (is_loopback_) return name == "127.0.0.1" || name == "::1";
  return is_address(name) || is_same_name(name, machine_);
}

std::string KnownHosts::own() const {
  const bool is_any = asked_.empty() || asked_ == "0.0.0.0" || asked_ == "::";
  const std::string& name = is_any ? machine_ : asked_;
  if (name.find(':') != std::string::npos) return fmt::format("[{}]:{}", name, port_);
  return fmt::format("{}:{}", name, port_);
}

}  // namespace eyelid::dashboard
