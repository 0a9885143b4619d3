// SPDX-License-Identifier: MIT
#pragma once

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace eyelid::dashboard::testing {

/// A connection to a port of this machine, to send any bytes.
class LoopbackClient {
 public:
  /// A small receive buffer lets a client that does not read be noticed soon.
  explicit LoopbackClient(int port, int receive_buffer_bytes = 0) {
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (receive_buffer_bytes > 0) {
      setsockopt(
          socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes, sizeof receive_buffer_bytes);
    }
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      close(socket_);
      throw std::runtime_error("cannot connect");
    }
  }
  ~LoopbackClient() {
    if (socket_ >= 0) close(socket_);
  }
  LoopbackClient(LoopbackClient&& other) noexcept : socket_(std::exchange(other.socket_, -1)) {}
  LoopbackClient& operator=(LoopbackClient&&) = delete;

  void send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;  // refused before the end: the answer tells
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  /// What has come until `wanted` is in it, the connection closes, or time is up.
  std::string read_until(std::string_view wanted,
                         std::chrono::milliseconds timeout = std::chrono::seconds(20)) {
    const auto end = std::chrono::steady_clock::now() + timeout;
    std::array<char, 16384> buffer;
    while (wanted.empty() || text_.find(wanted) == std::string::npos) {
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
          end - std::chrono::steady_clock::now());
      pollfd waiting{socket_, POLLIN, 0};
      if (left.count() <= 0 || poll(&waiting, 1, static_cast<int>(left.count())) <= 0) break;
      const ssize_t count = recv(socket_, buffer.data(), buffer.size(), 0);
      if (count <= 0) {
        is_closed_ = true;
        break;
      }
      text_.append(buffer.data(), static_cast<std::size_t>(count));
    }
    return text_;
  }
  std::string read_all() { return read_until(""); }
  bool is_closed() const { return is_closed_; }

 private:
  int socket_;
  std::string text_;
  bool is_closed_ = false;
};

/// Port and token of an address as Dashboard::address().
struct Site {
  int port = 0;
  std::string token;

  explicit Site(const std::string& address) {
    const std::size_t colon = address.rfind(':');
    std::from_chars(address.data() + colon + 1, address.data() + address.size(), port);
    token = address.substr(address.find("token=") + 6);
  }

  std::string host() const { return fmt::format("127.0.0.1:{}", port); }
  /// Host and token as they should be.
  std::string headers() const {
    return fmt::format("Host: {}\r\nAuthorization: Bearer {}\r\n", host(), token);
  }
  static std::string request(std::string_view method,
                             std::string_view path,
                             std::string_view headers,
                             std::string_view body = {}) {
    const std::string length =
        method == "POST" ? fmt::format("Content-Length: {}\r\n", body.size()) : "";
    return fmt::format("{} {} HTTP/1.1\r\n{}{}\r\n{}", method, path, headers, length, body);
  }
  std::string answer(std::string_view bytes) const {
    LoopbackClient client(port);
    client.send(bytes);
    return client.read_all();
  }
  LoopbackClient watch(int receive_buffer_bytes = 0) const {
    LoopbackClient client(port, receive_buffer_bytes);
    client.send(request("GET", "/events", headers()));
    return client;
  }
};

/// 0: no HTTP answer.
inline int status_of(std::string_view answer) {
  int status = 0;
  if (answer.starts_with("HTTP/1.1 ")) {
    std::from_chars(answer.data() + 9, answer.data() + answer.size(), status);
  }
  return status;
}

}  // namespace eyelid::dashboard::testing
