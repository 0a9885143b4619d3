// SPDX-License-Identifier: MIT
#include "eyelid/signals/event_text.hpp"

#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

namespace eyelid::signals {
namespace {

constexpr std::size_t kMaxName = 64;

std::string_view short_name(const SignalEvent& event) { return event.name.substr(0, kMaxName); }

/// Not "-nan" or "inf": readers know one word.
double finite_or_nan(double value) {
  return std::isfinite(value) && std::abs(value) < 1e15 ? value
                                                        : std::numeric_limits<double>::quiet_NaN();
}

/// Appends to a buffer that is large enough: the longest name takes 100 bytes with the rest.
class OscBytes {
 public:
  explicit OscBytes(EventBuffer& buffer) : buffer_(buffer) { buffer_.fill('\0'); }

  void text(std::string_view text) {
    for (const char c : text) buffer_[size_++] = c;
  }
  /// At least one zero, up to a multiple of four.
  void end_text() { size_ = (size_ / 4 + 1) * 4; }
  template <class Bits>
  void big_endian(Bits bits) {
    for (std::size_t shift = 8 * sizeof(Bits); shift > 0; shift -= 8) {
      buffer_[size_++] = static_cast<char>(bits >> (shift - 8) & 0xff);
    }
  }
  std::span<const char> bytes() const { return {buffer_.data(), size_}; }

 private:
  EventBuffer& buffer_;
  std::size_t size_ = 0;
};

}  // namespace

std::string_view event_text(const SignalEvent& event, EventBuffer& buffer) {
  const auto result = fmt::format_to_n(buffer.data(),
                                       buffer.size(),
                                       "{} {:.6f} {} {:.5f}",
                                       short_name(event),
                                       finite_or_nan(event.time_s),
                                       event.trial,
                                       finite_or_nan(event.value));
  return {buffer.data(), static_cast<std::size_t>(result.out - buffer.data())};
}

std::span<const char> osc_message(const SignalEvent& event, EventBuffer& buffer) {
  OscBytes bytes(buffer);
  bytes.text("/eyelid/");
  bytes.text(short_name(event));
  bytes.end_text();
  bytes.text(",dif");
  bytes.end_text();
  bytes.big_endian(std::bit_cast<std::uint64_t>(event.time_s));
  bytes.big_endian(static_cast<std::uint32_t>(event.trial));
  bytes.big_endian(std::bit_cast<std::uint32_t>(static_cast<float>(event.value)));
  return bytes.bytes();
}

}  // namespace eyelid::signals
