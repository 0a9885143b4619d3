// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace eyelid::dashboard {

/// 128 bits of the system's randomness as 32 hexadecimal digits. Throws Error: there is none.
std::string random_token();

/// Whether two secrets are equal, in a time that depends on their lengths alone.
bool is_same_secret(std::string_view given, std::string_view expected);

/// Which names a browser may call a server by.
///
/// A page of another site can have its own name resolved to this machine (DNS rebinding) and then
/// reads answers as its own; the name it sends stays the foreign one. On loopback only the names
/// of loopback are known; else any address in digits, which is nobody's name, the name of this
/// machine, and the one that was asked for.
class KnownHosts {
 public:
  /// `asked`: what the server was told to listen on.
  KnownHosts(std::string asked, bool is_loopback, int port);

  /// Of a Host header: NAME:PORT.
  bool is_known(std::string_view host) const;
  /// What to write into an address: NAME:PORT. Of "any address", the name of this machine.
  std::string own() const;

 private:
  std::string asked_;
  std::string machine_;
  bool is_loopback_;
  int port_;
};

}  // namespace eyelid::dashboard
