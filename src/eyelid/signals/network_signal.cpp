// SPDX-License-Identifier: MIT
// UDP and OSC. OSC is written by event_text.cpp in 30 lines and not by liblo: one message of fixed
// types needs no more, and liblo's send() blocks on a full socket and does not say that it was.
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "eyelid/core/error.hpp"
#include "eyelid/core/monotonic_clock.hpp"
#include "eyelid/signals/event_text.hpp"
#include "eyelid/signals/signal_kinds.hpp"

namespace eyelid::signals {
namespace {

/// Datagrams to one place.
class DatagramSocket {
 public:
  explicit DatagramSocket(const SignalAddress& address) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_DGRAM;
    hints.ai_flags = AI_ADDRCONFIG;
    addrinfo* found = nullptr;
    const int error =
        getaddrinfo(address.name.c_str(), std::to_string(address.port).c_str(), &hints, &found);
    if (error != 0) {
      throw InputError("output " + address.text + ": " + gai_strerror(error) +
                       ", expected a host that is known");
    }
    std::string reason;
    for (const addrinfo* place = found; place != nullptr && fd_ < 0; place = place->ai_next) {
      fd_ = socket(place->ai_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
      if (fd_ >= 0 && connect(fd_, place->ai_addr, place->ai_addrlen) == 0) continue;
      reason = std::strerror(errno);
      if (fd_ >= 0) close(fd_);
      fd_ = -1;
    }
    freeaddrinfo(found);
    if (fd_ < 0) {
      throw InputError("output " + address.text + ": " + reason +
                       ", expected a host that can be reached");
    }
  }
  ~DatagramSocket() { close(fd_); }
  DatagramSocket(const DatagramSocket&) = delete;
  DatagramSocket& operator=(const DatagramSocket&) = delete;

  /// 0, or errno.
  int send(std::span<const char> bytes) const {
    if (::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL) >= 0) return 0;
    return errno;
  }

 private:
  int fd_ = -1;
};

class NetworkSignal final : public Signal {
 public:
  explicit NetworkSignal(const SignalAddress& address)
      : Signal(address.text), is_osc_(address.kind == SignalKind::Osc), socket_(address) {}

  std::optional<std::int64_t> send(const SignalEvent& event) override {
    EventBuffer buffer;
    const std::span<const char> bytes =
        is_osc_ ? osc_message(event, buffer) : std::span<const char>(event_text(event, buffer));
    int error = socket_.send(bytes);
    if (error == ECONNREFUSED) {
      // Of an earlier datagram: this one was not sent yet.
      tell("nobody listens there");
      error = socket_.send(bytes);
    }
    const std::int64_t time_ns = monotonic_ns();
    if (error == 0) {
      ++counts_.sent;
      return time_ns;
    }
    if (error == EAGAIN || error == ENOBUFS) {
      ++counts_.full;
      tell("the output is full, events are left out");
    } else {
      ++counts_.failed;
      tell(std::strerror(error) + std::string(", events are left out"));
    }
    return std::nullopt;
  }

 private:
  bool is_osc_;
  DatagramSocket socket_;
};

}  // namespace

std::unique_ptr<Signal> open_udp_signal(const SignalAddress& address) {
  return std::make_unique<NetworkSignal>(address);
}

std::unique_ptr<Signal> open_osc_signal(const SignalAddress& address) {
  return std::make_unique<NetworkSignal>(address);
}

}  // namespace eyelid::signals
