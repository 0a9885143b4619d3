// SPDX-License-Identifier: MIT
#include "eyelid/signals/serial_port.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "eyelid/core/error.hpp"

namespace eyelid::signals {
namespace {

speed_t speed_of(int baud) {
  switch (baud) {
    case 9600:
      return B9600;
    case 19200:
      return B19200;
    case 38400:
      return B38400;
    case 57600:
      return B57600;
    case 230400:
      return B230400;
    case 460800:
      return B460800;
    case 921600:
      return B921600;
    case 1000000:
      return B1000000;
    case 2000000:
      return B2000000;
    default:
      return B115200;
  }
}

std::string reason_of(int error, const std::string& device) {
  switch (error) {
    case ENOENT:
      return "no " + device + ", expected a microcontroller that is plugged in";
    case EACCES:
    case EPERM:
      return "no right to " + device + ", expected a user of the group dialout";
    case EBUSY:
    case EWOULDBLOCK:
      return device + " in use by another program, expected it free";
    case ENOTTY:
      return device + ", which is no serial port, expected one";
    default:
      return device + ": " + std::strerror(error) + ", expected a serial port";
  }
}

/// 0, or errno.
int set_up(int fd, int baud) {
  if (isatty(fd) == 0) return ENOTTY;
  if (flock(fd, LOCK_EX | LOCK_NB) != 0 || ioctl(fd, TIOCEXCL) != 0) return errno;
  termios settings{};
  if (tcgetattr(fd, &settings) != 0) return errno;
  cfmakeraw(&settings);
  settings.c_cflag |= CLOCAL | CREAD;
  settings.c_cflag &= ~static_cast<tcflag_t>(CRTSCTS | CSTOPB);
  settings.c_cc[VMIN] = 0;
  settings.c_cc[VTIME] = 0;
  if (cfsetspeed(&settings, speed_of(baud)) != 0 || tcsetattr(fd, TCSANOW, &settings) != 0) {
    return errno;
  }
  tcflush(fd, TCIOFLUSH);
  return 0;
}

}  // namespace

SerialPort::SerialPort(const std::string& text, const std::string& device, int baud) {
  fd_ = open(device.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  const int error = fd_ < 0 ? errno : set_up(fd_, baud);
  if (error == 0) return;
  if (fd_ >= 0) close(fd_);
  throw InputError("output " + text + ": found " + reason_of(error, device));
}

SerialPort::~SerialPort() {
  if (fd_ >= 0) close(fd_);
}

SerialPort::SerialPort(SerialPort&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

SerialPort::Written SerialPort::write(std::string_view bytes) {
  const ssize_t written = ::write(fd_, bytes.data(), bytes.size());
  if (written == static_cast<ssize_t>(bytes.size())) return Written::All;
  return written >= 0 || errno == EAGAIN || errno == EINTR ? Written::Full : Written::Gone;
}

std::size_t SerialPort::read(std::span<char> bytes, bool& is_gone) {
  is_gone = false;
  const ssize_t count = ::read(fd_, bytes.data(), bytes.size());
  if (count > 0) return static_cast<std::size_t>(count);
  if (count < 0 && errno != EAGAIN && errno != EINTR) is_gone = true;
  // With VMIN 0, no bytes and the end look alike to read().
  pollfd state{fd_, POLLIN, 0};
  if (poll(&state, 1, 0) > 0 && (state.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0) {
    is_gone = true;
  }
  return 0;
}

}  // namespace eyelid::signals
