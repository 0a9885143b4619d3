// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "eyelid/dashboard/access.hpp"
#include "eyelid/dashboard/board.hpp"
#include "eyelid/dashboard/dashboard.hpp"
#include "eyelid/dashboard/page.hpp"
#include "eyelid/dashboard/socket_server.hpp"

namespace eyelid::dashboard {

/// The pages and events of a dashboard over HTTP:
///
///   GET /?token=T         the page
///   GET /events           the board, as server-sent events without an end
///   POST /arm /disarm /mark /stop    a command; the body is the note (text, UTF-8)
///
/// A request needs a known Host header, once (KnownHosts), no Origin header but its own, and the
/// token, as `Authorization: Bearer T` or, for the page alone, in the address. The token is kept in
/// no cookie, which every port of a machine would see. What fails is answered 403 without any look
/// at the rest. A refused command is answered 409 with its sentence.
/// One request per connection, so that no browser sends a command again; up to 16 KiB of header
/// lines, 1,000 bytes of note, 2 s from the connection to the end of the request.
class WebServer {
 public:
  static constexpr int kMostClients = 16;  // of /events; others get 503

  /// `board` must outlive it. `on_command` may be called by several threads at once.
  WebServer(const Options& options, Board& board, Dashboard::OnCommand on_command);
  ~WebServer();

  /// With the token.
  const std::string& address() const { return address_; }
  /// Windows that read events.
  int clients() const { return clients_.load(); }
  void stop();

 private:
  class HttpServer;
  class RequestStream;
  class ClientSeat;
  friend class ClientSeat;

  void serve(Connection& connection);

  Board& board_;
  Dashboard::OnCommand on_command_;
  Page page_;
  std::string token_;
  std::string address_;
  std::atomic<int> clients_ = 0;
  std::unique_ptr<HttpServer> http_;
  SocketServer sockets_;
  KnownHosts hosts_;
};

}  // namespace eyelid::dashboard
