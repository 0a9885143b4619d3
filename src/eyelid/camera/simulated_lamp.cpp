// SPDX-License-Identifier: MIT
#include "eyelid/camera/simulated_lamp.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "eyelid/camera/camera.hpp"
#include "eyelid/core/error.hpp"
#include "eyelid/core/monotonic_clock.hpp"

namespace eyelid::camera {
namespace {

constexpr std::uint8_t kOn = 250;
constexpr std::uint8_t kOff = 16;

std::int64_t nanoseconds(const timespec& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

/// When it came, brought from the kernel's calendar clock to CLOCK_MONOTONIC.
std::int64_t arrival_ns(msghdr& message) {
  timespec calendar{};
  for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr;
       part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_TIMESTAMPNS) continue;
    timespec stamp{};
    std::memcpy(&stamp, CMSG_DATA(part), sizeof stamp);
    clock_gettime(CLOCK_REALTIME, &calendar);
    return monotonic_ns() - (nanoseconds(calendar) - nanoseconds(stamp));
  }
  return monotonic_ns();
}

}  // namespace

SimulatedLamp::SimulatedLamp(int port) {
  socket_ = ::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  sockaddr_in here{};
  here.sin_family = AF_INET;
  here.sin_port = htons(static_cast<std::uint16_t>(port));
  here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int wanted = 1;
  if (socket_ < 0 || ::bind(socket_, reinterpret_cast<sockaddr*>(&here), sizeof here) != 0 ||
      ::setsockopt(socket_, SOL_SOCKET, SO_TIMESTAMPNS, &wanted, sizeof wanted) != 0) {
    const std::string reason = std::strerror(errno);
    if (socket_ >= 0) ::close(socket_);
    throw InputError(fmt::format("lamp=udp:{}: {}, expected a free port", port, reason));
  }
}

SimulatedLamp::~SimulatedLamp() { ::close(socket_); }

void SimulatedLamp::receive() {
  std::array<char, 256> text{};
  std::array<char, 256> control{};
  for (;;) {
    iovec bytes{text.data(), text.size()};
    msghdr message{};
    message.msg_iov = &bytes;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const ssize_t size = ::recvmsg(socket_, &message, 0);
    if (size < 0) return;
    const std::string_view event(text.data(), static_cast<std::size_t>(size));
    if (event.starts_with("fec ") || waiting_ == waiting_ns_.size()) continue;
    waiting_ns_[waiting_++] = arrival_ns(message);
  }
}

bool SimulatedLamp::is_on(std::int64_t time_ns) {
  receive();
  std::size_t reached = 0;
  while (reached < waiting_ && waiting_ns_[reached] <= time_ns) ++reached;
  if (reached > 0) {
    on_from_ns_ = waiting_ns_[reached - 1];
    has_been_on_ = true;
    std::copy(waiting_ns_.begin() + static_cast<std::ptrdiff_t>(reached),
              waiting_ns_.begin() + static_cast<std::ptrdiff_t>(waiting_),
              waiting_ns_.begin());
    waiting_ -= reached;
  }
  return has_been_on_ && time_ns - on_from_ns_ < kOn_ns;
}

FrameView SimulatedLamp::painted(std::int64_t time_ns, const FrameView& picture) {
  const std::uint8_t gray = is_on(time_ns) ? kOn : kOff;
  const auto side = static_cast<std::size_t>(std::min(kSide, picture.width));
  shown_.resize(picture.width, picture.height);
  for (int y = 0; y < picture.height; ++y) {
    std::memcpy(shown_.row(y), picture.row(y), static_cast<std::size_t>(picture.width));
    if (y < kSide) std::memset(shown_.row(y), gray, side);
  }
  return shown_;
}

}  // namespace eyelid::camera
