// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace eyelid::signals {

/// A serial port, raw, 8N1, without flow control, for this process alone. Nothing waits.
///
/// Threads: one at a time.
class SerialPort {
 public:
  /// Errors: InputError "output TEXT: found, expected": no such device, no rights, in use, no
  /// serial port. `text` is how the user named it.
  SerialPort(const std::string& text, const std::string& device, int baud);
  ~SerialPort();
  SerialPort(SerialPort&& other) noexcept;

  enum class Written { All, Full, Gone };
  /// All or, where the port is full, none or a part; what was left out is not sent later.
  Written write(std::string_view bytes);
  /// The bytes that are there, at most as many as fit. `is_gone`: the device vanished.
  std::size_t read(std::span<char> bytes, bool& is_gone);

 private:
  int fd_ = -1;
};

}  // namespace eyelid::signals
