// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace eyelid::dashboard {

/// One accepted connection, which its thread serves.
class Connection {
 public:
  using Clock = std::chrono::steady_clock;

  int socket() const { return socket_; }
  Clock::time_point accepted_at() const { return accepted_at_; }
  /// It has shown the token: it is not closed to make room for another one.
  void set_trusted() { is_trusted_.store(true); }

 private:
  friend class SocketServer;
  std::mutex mutex_;  // of the socket: who shuts it down from outside must not meet another one
  int socket_ = -1;   // -1: closed
  Clock::time_point accepted_at_;
  std::atomic<bool> is_trusted_ = false;
  std::atomic<bool> is_free_ = true;  // the thread is at its end, or there is none
  std::thread thread_;
};

/// Listens on a TCP port and serves at most kMostConnections at once, each in its own thread.
///
/// One more takes the place of the oldest that has not shown a token for kGrace, or is turned away
/// with 503. So a thousand connections cost no more than 32, and whoever has the token still gets
/// in. Sockets are not inherited by other programs; a send waits for a slow reader for
/// kSendPatience_s at most.
class SocketServer {
 public:
  using Serve = std::function<void(Connection&)>;

  static constexpr std::size_t kMostConnections = 32;
  static constexpr std::chrono::milliseconds kGrace{250};
  static constexpr int kSendPatience_s = 5;

  /// Listens from now on. Throws InputError naming host and port.
  SocketServer(const std::string& host, int port);
  ~SocketServer() { stop(); }

  int port() const { return port_; }
  bool is_loopback() const { return is_loopback_; }

  /// Serves from now on: `serve` is called in a thread per connection, which is closed after it. It
  /// must not throw. Call once.
  void start(Serve serve);
  /// Closes everything and waits for the threads.
  void stop();

 private:
  void listen_on(const std::string& host, int port);
  void accept_all();
  Connection* room_for_one();
  void begin(Connection& connection, int socket);

  Serve serve_;
  int listening_ = -1;
  int port_ = 0;
  bool is_loopback_ = false;
  std::atomic<bool> is_stopped_ = false;
  std::array<Connection, kMostConnections> connections_;
  std::thread accepting_;
};

}  // namespace eyelid::dashboard
