// SPDX-License-Identifier: MIT
// The only file that includes cpp-httplib. It parses requests and writes answers; connections and
// threads are SocketServer's, because its own server holds any number of sockets, waits for them
// in a queue, and ends when accept() fails.
#include "eyelid/dashboard/web_server.hpp"

#include <fmt/format.h>
#include <httplib.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "eyelid/core/error.hpp"

namespace eyelid::dashboard {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kMostRequest_bytes = 20 << 10;
constexpr std::size_t kMostNote_bytes = 1000;
constexpr milliseconds kRequestPatience{2000};
constexpr milliseconds kHeartbeat{1000};  // the page takes three without one for a lost connection

constexpr std::array kCommands{std::pair{"/arm", Command::Arm},
                               std::pair{"/disarm", Command::Disarm},
                               std::pair{"/mark", Command::Mark},
                               std::pair{"/stop", Command::Stop}};

void answer(httplib::Response& response, int status, const std::string& sentence) {
  response.status = status;
  response.set_content(sentence, "text/plain; charset=utf-8");
}

/// Why a request of somebody who knows the token is not answered.
struct Refusal {
  int status;
  std::string sentence;
};

/// 0 where there is none, as httplib reads it.
std::uint64_t number_in(const std::string& text) {
  return std::strtoull(text.c_str(), nullptr, 10);
}

std::optional<Refusal> refusal_of_form(const httplib::Request& request) {
  if (request.method == "GET") return std::nullopt;
  if (request.method != "POST") return Refusal{405, "Only GET and POST are answered."};
  if (request.has_header("Content-Encoding") || request.is_multipart_form_data()) {
    return Refusal{415, "The body must be plain text."};
  }
  // Its length must be known: httplib 0.11 sets no limit to bodies in chunks.
  if (request.has_header("Transfer-Encoding")) return Refusal{411, "Content-Length is missing."};
  if (number_in(request.get_header_value("Content-Length")) > kMostNote_bytes) {
    return Refusal{413, fmt::format("A note has up to {} bytes.", kMostNote_bytes)};
  }
  return std::nullopt;
}

/// httplib ignores SIGPIPE for the whole process, which is not for one room to decide; what is sent
/// here does not raise it.
struct KeptSigpipe {
  struct sigaction before {};
  KeptSigpipe() { sigaction(SIGPIPE, nullptr, &before); }
  ~KeptSigpipe() { sigaction(SIGPIPE, &before, nullptr); }
};

}  // namespace

/// Bytes of one request and its answer: never more than kMostRequest_bytes, nor later than
/// kRequestPatience.
class WebServer::RequestStream final : public httplib::Stream {
 public:
  explicit RequestStream(const Connection& connection)
      : socket_(connection.socket()), deadline_(connection.accepted_at() + kRequestPatience) {}

  bool is_too_large() const { return is_too_large_; }

  bool is_readable() const override { return begin_ < end_ || is_ready(POLLIN, 0); }
  bool is_writable() const override { return is_ready(POLLOUT, 0); }
  socket_t socket() const override { return socket_; }
  // Nobody asks who it is: addresses prove nothing.
  void get_remote_ip_and_port(std::string&, int&) const override {}
  void get_local_ip_and_port(std::string&, int&) const override {}

  ssize_t read(char* target, std::size_t size) override {
    if (begin_ == end_ && !fill()) return is_too_large_ ? -1 : 0;
    const std::size_t count = std::min(size, end_ - begin_);
    std::copy_n(buffer_.data() + begin_, count, target);
    begin_ += count;
    return static_cast<ssize_t>(count);
  }

  ssize_t write(const char* bytes, std::size_t size) override {
    if (is_too_large_) return -1;
    while (true) {
      const ssize_t sent = ::send(socket_, bytes, size, MSG_NOSIGNAL);
      if (sent >= 0 || errno != EINTR) return sent;
    }
  }

  /// Says that all is sent and reads what is still on its way, briefly: bytes left unread would
  /// reset the connection before its answer is read.
  void finish() {
    shutdown(socket_, SHUT_WR);
    const auto end = Connection::Clock::now() + milliseconds(200);
    for (int blocks = 0; blocks < 64 && Connection::Clock::now() < end; ++blocks) {
      if (!is_ready(POLLIN, 50) || recv(socket_, buffer_.data(), buffer_.size(), 0) <= 0) return;
    }
  }

 private:
  bool is_ready(short event, int timeout_ms) const {
    pollfd waiting{socket_, event, 0};
    while (true) {
      const int ready = poll(&waiting, 1, timeout_ms);
      if (ready >= 0 || errno != EINTR) return ready > 0;
    }
  }

  bool fill() {
    is_too_large_ = total_ >= kMostRequest_bytes;
    const auto left =
        std::chrono::duration_cast<milliseconds>(deadline_ - Connection::Clock::now());
    if (is_too_large_ || left.count() <= 0 || !is_ready(POLLIN, static_cast<int>(left.count()))) {
      return false;
    }
    const ssize_t received = recv(socket_, buffer_.data(), buffer_.size(), 0);
    if (received <= 0) return false;
    begin_ = 0;
    end_ = static_cast<std::size_t>(received);
    total_ += end_;
    return true;
  }

  int socket_;
  Connection::Clock::time_point deadline_;
  std::array<char, 4096> buffer_;
  std::size_t begin_ = 0, end_ = 0, total_ = 0;
  bool is_too_large_ = false;
};

/// One of the kMostClients places, while it lives; not `has_seat()` if all are taken.
class WebServer::ClientSeat {
 public:
  explicit ClientSeat(WebServer& server) : server_(server) {
    has_seat_ = server_.clients_.fetch_add(1) < kMostClients;
  }
  ~ClientSeat() { server_.clients_.fetch_sub(1); }
  ClientSeat(const ClientSeat&) = delete;
  ClientSeat& operator=(const ClientSeat&) = delete;

  bool has_seat() const { return has_seat_; }

 private:
  WebServer& server_;
  bool has_seat_;
};

/// The routes.
class WebServer::HttpServer final : public httplib::Server {
 public:
  explicit HttpServer(WebServer& server) : server_(server) {
    set_default_headers({{"Cache-Control", "no-store"},
                         {"Content-Security-Policy", server.page_.content_security_policy},
                         {"Cross-Origin-Opener-Policy", "same-origin"},
                         {"Cross-Origin-Resource-Policy", "same-origin"},
                         {"Referrer-Policy", "no-referrer"},
                         {"X-Content-Type-Options", "nosniff"}});
    set_pre_routing_handler([this](const auto& request, auto& response) {
      return admit(request, response) ? HandlerResponse::Unhandled : HandlerResponse::Handled;
    });
    Get("/", [this](const auto&, auto& response) {
      response.set_content(server_.page_.html, "text/html; charset=utf-8");
    });
    Get("/events", [this](const auto&, auto& response) { send_events(response); });
    for (const auto& [path, command] : kCommands) {
      Post(path, [this, command = command](const auto& request, auto& response) {
        give(command, request.body, response);
      });
    }
    svr_sock_ = 0;  // httplib streams no events while it is not "listening"
  }

  void serve(Connection& connection, RequestStream& stream) {
    process(*this, stream, [&](httplib::Request& request) {
      request.ranges.clear();  // answers are whole
      // Without a length httplib would wait for the connection to close; "curl -X POST" sends none.
      if (!request.has_header("Content-Length")) request.set_header("Content-Length", "0");
      // Known here, where the thread is: the handlers get no connection.
      if (refusal_of_stranger(request).empty()) connection.set_trusted();
    });
  }

 private:
  /// One request, whatever the version of httplib (0.11 in Debian 12, 0.18 in 13); a template,
  /// because only there may the branch that is not taken call what a version lacks.
  template <class Self>
  static void process(Self& self,
                      httplib::Stream& stream,
                      const std::function<void(httplib::Request&)>& prepare) {
    bool was_closed = false;
    if constexpr (requires { self.process_request(stream, true, was_closed, prepare); }) {
      self.process_request(stream, true, was_closed, prepare);
    } else {
      // The addresses are not used.
      self.process_request(stream, {}, 0, {}, 0, true, was_closed, prepare);
    }
  }

  /// A sentence; empty: it is one of ours.
  std::string refusal_of_stranger(const httplib::Request& request) const {
    const std::string host = request.get_header_value("Host");
    if (request.get_header_value_count("Host") != 1 || !server_.hosts_.is_known(host)) {
      return "This is not an address of the dashboard.";
    }
    if (request.has_header("Origin") && request.get_header_value("Origin") != "http://" + host) {
      return "Another site must not use the dashboard.";
    }
    const std::string expected = "Bearer " + server_.token_;
    std::string given = request.get_header_value("Authorization");
    if (given.empty() && request.path == "/") given = "Bearer " + request.get_param_value("token");
    if (!is_same_secret(given, expected)) {
      return "The token is missing or not of this session. Open the address that eyelid live "
             "shows.";
    }
    return {};
  }

  bool admit(const httplib::Request& request, httplib::Response& response) const {
    const std::string stranger = refusal_of_stranger(request);
    if (!stranger.empty()) {
      answer(response, 403, stranger);
      return false;
    }
    const std::optional<Refusal> form = refusal_of_form(request);
    if (form) answer(response, form->status, form->sentence);
    return !form;
  }

  void send_events(httplib::Response& response) {
    auto seat = std::make_shared<ClientSeat>(server_);
    if (!seat->has_seat()) {
      answer(response, 503, fmt::format("{} windows are open already.", kMostClients));
      return;
    }
    response.set_chunked_content_provider(
        "text/event-stream",
        [this, seat, cursor = Board::Cursor{}](std::size_t, httplib::DataSink& sink) mutable {
          std::string text = server_.board_.news(cursor, kHeartbeat);
          if (text.empty() && cursor.has_ended) {
            sink.done();
            return true;
          }
          if (text.empty()) text = ":\n\n";
          return sink.write(text.data(), text.size());
        });
  }

  void give(Command command, const std::string& note, httplib::Response& response) {
    try {
      server_.on_command_(command, note);
      response.status = 204;
    } catch (const Error& refusal) {
      answer(response, 409, refusal.what());
    }
  }

  WebServer& server_;
};

WebServer::WebServer(const Options& options, Board& board, Dashboard::OnCommand on_command)
    : board_(board),
      on_command_(std::move(on_command)),
      page_(dashboard_page()),
      token_(random_token()),
      sockets_(options.host, options.port),
      hosts_(options.host, sockets_.is_loopback(), sockets_.port()) {
  const KeptSigpipe kept;
  http_ = std::make_unique<HttpServer>(*this);
  address_ = fmt::format("http://{}/?token={}", hosts_.own(), token_);
  sockets_.start([this](Connection& connection) { serve(connection); });
}

WebServer::~WebServer() { stop(); }

void WebServer::stop() { sockets_.stop(); }

void WebServer::serve(Connection& connection) {
  RequestStream stream(connection);
  try {
    http_->serve(connection, stream);
  } catch (const std::exception&) {
    // Out of memory, or a request httplib chokes on: this connection ends, nothing else.
  }
  if (stream.is_too_large()) {
    constexpr std::string_view kAnswer =
        "HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\n"
        "Content-Length: 0\r\n\r\n";
    send(connection.socket(), kAnswer.data(), kAnswer.size(), MSG_NOSIGNAL);
  }
  stream.finish();
}

}  // namespace eyelid::dashboard
