// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "eyelid/core/image.hpp"

namespace eyelid::camera {

/// A lamp in the corner of simulated pictures that is on for kOn_ns after each datagram to a port
/// of this machine, but those of the closure of every frame ("fec ..."). It shows, without
/// hardware, how long a decision takes until a camera sees its effect.
///
/// When a datagram came is known from the kernel, so that a program that reads its frames late does
/// not see the lamp earlier or later than a camera would. Threads: one at a time.
class SimulatedLamp {
 public:
  static constexpr int kSide = 24;  // pixels, of the square in the top left corner
  static constexpr std::int64_t kOn_ns = 60'000'000;

  /// Errors: InputError naming the address where the port is not free.
  explicit SimulatedLamp(int port);
  ~SimulatedLamp();
  SimulatedLamp(const SimulatedLamp&) = delete;
  SimulatedLamp& operator=(const SimulatedLamp&) = delete;

  /// The picture with the lamp as a frame exposed at `time_ns` (CLOCK_MONOTONIC) shows it, on or
  /// off. Times only grow. Valid until the next call.
  FrameView painted(std::int64_t time_ns, const FrameView& picture);

 private:
  bool is_on(std::int64_t time_ns);
  void receive();

  GrayImage shown_;
  int socket_ = -1;
  std::int64_t on_from_ns_ = 0;  // of the latest datagram that counts for the frames so far
  bool has_been_on_ = false;
  std::array<std::int64_t, 64> waiting_ns_ = {};  // stamps not yet reached by a frame, in order
  std::size_t waiting_ = 0;
};

}  // namespace eyelid::camera
