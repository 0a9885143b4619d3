// SPDX-License-Identifier: MIT
#include "eyelid/dashboard/socket_server.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <string_view>
#include <system_error>
#include <utility>

#include "eyelid/core/error.hpp"
#include "eyelid/dashboard/background_thread.hpp"

namespace eyelid::dashboard {
namespace {

constexpr int kBacklog = 256;
// Data on its way to a slow reader, which it will get before newer data.
constexpr int kSendBuffer_bytes = 1 << 16;

bool is_loopback_address(const sockaddr_storage& address) {
  if (address.ss_family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, &address, sizeof in);
    return ntohl(in.sin_addr.s_addr) >> 24 == 127;
  }
  sockaddr_in6 in6{};
  std::memcpy(&in6, &address, sizeof in6);
  return IN6_IS_ADDR_LOOPBACK(&in6.sin6_addr);
}

int port_of(const sockaddr_storage& address) {
  if (address.ss_family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, &address, sizeof in);
    return ntohs(in.sin_port);
  }
  sockaddr_in6 in6{};
  std::memcpy(&in6, &address, sizeof in6);
  return ntohs(in6.sin6_port);
}

void set_option(int socket, int level, int option, const auto& value) {
  // Without them the server is slower to notice or to send, no more: failures do not matter.
  setsockopt(socket, level, option, &value, sizeof value);
}

/// An answer without a thread, to a connection that nobody will serve.
void turn_away(int socket) {
  constexpr std::string_view kAnswer =
      "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 1\r\n"
      "Content-Length: 0\r\n\r\n";
  std::array<char, 4096> request;
  // Unread bytes at close() would reset the connection before the answer is read.
  for (int i = 0; i < 4 && recv(socket, request.data(), request.size(), MSG_DONTWAIT) > 0; ++i) {
  }
  send(socket, kAnswer.data(), kAnswer.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  close(socket);
}

}  // namespace

SocketServer::SocketServer(const std::string& host, int port) { listen_on(host, port); }

void SocketServer::listen_on(const std::string& host, int port) {
  const auto refuse = [&](const std::string& found) {
    throw InputError(fmt::format(
        "dashboard at {}:{}: {}; expected an address of this machine and a port that is free",
        host,
        port,
        found));
  };
  addrinfo wish{};
  wish.ai_socktype = SOCK_STREAM;
  wish.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  const std::string service = std::to_string(port);
  if (port < 0 || port > 65535) refuse("no port has this number");
  const int status = getaddrinfo(host.c_str(), service.c_str(), &wish, &found);
  if (status != 0) refuse(gai_strerror(status));
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> addresses(found, freeaddrinfo);

  int error = 0;
  for (const addrinfo* at = found; at != nullptr && listening_ < 0; at = at->ai_next) {
    const int socket = ::socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC, at->ai_protocol);
    if (socket < 0) {
      error = errno;
      continue;
    }
    set_option(socket, SOL_SOCKET, SO_REUSEADDR, 1);
    if (bind(socket, at->ai_addr, at->ai_addrlen) == 0 && listen(socket, kBacklog) == 0) {
      listening_ = socket;
    } else {
      error = errno;
      close(socket);
    }
  }
  if (listening_ < 0) refuse(std::strerror(error));
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  getsockname(listening_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = port_of(address);
  is_loopback_ = is_loopback_address(address);
}

void SocketServer::start(Serve serve) {
  serve_ = std::move(serve);
  accepting_ = background_thread([this] { accept_all(); });
}

void SocketServer::accept_all() {
  while (!is_stopped_.load()) {
    pollfd waiting{listening_, POLLIN, 0};
    if (poll(&waiting, 1, 100) <= 0) continue;
    const int socket = accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) {
      // Gone again, or no descriptors or memory for now: in no case a reason to end.
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
      continue;
    }
    set_option(socket, SOL_SOCKET, SO_SNDBUF, kSendBuffer_bytes);
    set_option(socket, SOL_SOCKET, SO_SNDTIMEO, timeval{kSendPatience_s, 0});
    if (Connection* const connection = room_for_one()) {
      begin(*connection, socket);
    } else {
      turn_away(socket);
      // A flood must not keep a core busy.
      std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
  }
}

Connection* SocketServer::room_for_one() {
  Connection* oldest = nullptr;
  for (Connection& connection : connections_) {
    if (connection.is_free_.load()) return &connection;
    if (connection.is_trusted_.load()) continue;
    if (!oldest || connection.accepted_at_ < oldest->accepted_at_) oldest = &connection;
  }
  if (!oldest || Connection::Clock::now() - oldest->accepted_at_ < kGrace) return nullptr;
  {
    const std::lock_guard lock(oldest->mutex_);
    if (oldest->socket_ >= 0) shutdown(oldest->socket_, SHUT_RDWR);
  }
  // Its thread now finds the connection closed. One that shows its token just now has a command
  // that may take its time: not to be waited for.
  for (int i = 0; i < 20 && !oldest->is_free_.load(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return oldest->is_free_.load() ? oldest : nullptr;
}

void SocketServer::begin(Connection& connection, int socket) {
  if (connection.thread_.joinable()) connection.thread_.join();
  connection.socket_ = socket;
  connection.accepted_at_ = Connection::Clock::now();
  connection.is_trusted_.store(false);
  connection.is_free_.store(false);
  try {
    connection.thread_ = std::thread([this, &connection] {
      serve_(connection);
      {
        const std::lock_guard lock(connection.mutex_);
        close(std::exchange(connection.socket_, -1));
      }
      connection.is_free_.store(true);
    });
  } catch (const std::system_error&) {  // no more threads for this process
    connection.socket_ = -1;
    connection.is_free_.store(true);
    turn_away(socket);
  }
}

void SocketServer::stop() {
  is_stopped_.store(true);
  if (accepting_.joinable()) accepting_.join();
  for (Connection& connection : connections_) {
    {
      const std::lock_guard lock(connection.mutex_);
      if (connection.socket_ >= 0) shutdown(connection.socket_, SHUT_RDWR);
    }
    if (connection.thread_.joinable()) connection.thread_.join();
  }
  if (listening_ >= 0) close(std::exchange(listening_, -1));
}

}  // namespace eyelid::dashboard
