// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <span>
#include <string_view>

#include "eyelid/signals/signal.hpp"

namespace eyelid::signals {

inline constexpr std::size_t kMaxEventText = 160;
using EventBuffer = std::array<char, kMaxEventText>;

/// "NAME TIME_S TRIAL VALUE", time with 6 and value with 5 decimals, "nan" where not finite; names
/// are cut at 64 bytes. Written into the buffer.
std::string_view event_text(const SignalEvent& event, EventBuffer& buffer);

/// The event as one Open Sound Control 1.0 message: address /eyelid/NAME, type tags ",dif", time,
/// trial, value, all big-endian and padded to four bytes.
std::span<const char> osc_message(const SignalEvent& event, EventBuffer& buffer);

}  // namespace eyelid::signals
