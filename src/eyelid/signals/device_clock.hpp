// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <optional>

namespace eyelid::signals {

/// The microsecond counter of a microcontroller on CLOCK_MONOTONIC, from pings that it answers
/// with its count.
///
/// A ping says that the count was taken between its two host times; of the two halves of the last
/// kPings, the quickest ones give a line (offset and rate: resonators are up to 0.5 % off). Until
/// both are kMinSpan_ns apart, the rate is taken as exact. The counter wraps after 71.6 minutes;
/// stamps within 35 minutes of the latest ping are told apart.
class DeviceClock {
 public:
  static constexpr std::size_t kPings = 64;
  static constexpr std::int64_t kMinSpan_ns = 1'000'000'000;

  void add(std::uint32_t device_us, std::int64_t sent_ns, std::int64_t received_ns);
  /// Nothing before the first ping.
  std::optional<std::int64_t> host_ns(std::uint32_t device_us) const;
  /// Half the way of the quickest ping there and back: how far host_ns() may be off.
  std::optional<std::int64_t> uncertainty_ns() const;
  /// The device was started anew.
  void reset() { *this = {}; }

 private:
  struct Ping {
    std::int64_t device_us = 0;  // without wrap
    std::int64_t middle_ns = 0;
    std::int64_t half_way_ns = 0;
  };
  std::int64_t unwrapped(std::uint32_t device_us) const;
  void fit();

  std::array<Ping, kPings> pings_{};
  std::size_t count_ = 0;  // of all; the ring holds the last
  Ping anchor_;            // the quickest of the newer half
  double ns_per_us_ = 1000.0;
};

}  // namespace eyelid::signals
