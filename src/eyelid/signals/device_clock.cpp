// SPDX-License-Identifier: MIT
#include "eyelid/signals/device_clock.hpp"

#include <algorithm>
#include <cmath>

namespace eyelid::signals {

std::int64_t DeviceClock::unwrapped(std::uint32_t device_us) const {
  const std::int64_t latest = pings_[(count_ - 1) % kPings].device_us;
  const auto step =
      static_cast<std::int32_t>(device_us - static_cast<std::uint32_t>(latest & 0xffffffff));
  return latest + step;
}

void DeviceClock::add(std::uint32_t device_us, std::int64_t sent_ns, std::int64_t received_ns) {
  Ping ping;
  ping.device_us = count_ == 0 ? std::int64_t{device_us} : unwrapped(device_us);
  ping.half_way_ns = (received_ns - sent_ns) / 2;
  ping.middle_ns = sent_ns + ping.half_way_ns;
  pings_[count_++ % kPings] = ping;
  fit();
}

void DeviceClock::fit() {
  const std::size_t held = std::min(count_, kPings);
  const auto quickest = [&](std::size_t from, std::size_t to) {
    const Ping* best = nullptr;
    for (std::size_t i = from; i < to; ++i) {
      const Ping& ping = pings_[(count_ - held + i) % kPings];
      if (best == nullptr || ping.half_way_ns <= best->half_way_ns) best = &ping;
    }
    return *best;
  };
  anchor_ = quickest(held / 2, held);
  const Ping before = quickest(0, std::max<std::size_t>(1, held / 2));
  if (anchor_.middle_ns - before.middle_ns < kMinSpan_ns) return;
  const auto device_span = static_cast<double>(anchor_.device_us - before.device_us);
  const auto host_span = static_cast<double>(anchor_.middle_ns - before.middle_ns);
  // A counter that did not move with the time tells nothing of the rate.
  if (device_span > 0.9e-3 * host_span && device_span < 1.1e-3 * host_span) {
    ns_per_us_ = host_span / device_span;
  }
}

std::optional<std::int64_t> DeviceClock::host_ns(std::uint32_t device_us) const {
  if (count_ == 0) return std::nullopt;
  const auto since_us = static_cast<double>(unwrapped(device_us) - anchor_.device_us);
  return anchor_.middle_ns + std::llround(since_us * ns_per_us_);
}

std::optional<std::int64_t> DeviceClock::uncertainty_ns() const {
  if (count_ == 0) return std::nullopt;
  return anchor_.half_way_ns;
}

}  // namespace eyelid::signals
