// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <thread>

#include "eyelid/core/stopwatch.hpp"
#include "eyelid/power/power_meter.hpp"

namespace eyelid::power {

/// Energy and time of one interval.
struct EnergyUse {
  double joules = 0.0;
  double seconds = 0.0;
  double watts() const { return joules / seconds; }
};

/// Measures one interval: from construction to finish(), polling the meter twice a second from a
/// thread that sleeps in between.
class EnergyWatch {
 public:
  /// `meter` may be null: there is none, and finish() says nothing. It must outlive the watch.
  explicit EnergyWatch(PowerMeter* meter);
  ~EnergyWatch();
  EnergyWatch(const EnergyWatch&) = delete;
  EnergyWatch& operator=(const EnergyWatch&) = delete;

  /// Once. Nothing where the meter could not say.
  std::optional<EnergyUse> finish();

 private:
  PowerMeter* meter_;
  Stopwatch stopwatch_;
  std::mutex mutex_;
  std::jthread poller_;
};

/// What the machine draws while this program waits for `duration`; nothing without a meter.
std::optional<double> idle_watts(PowerMeter* meter, std::chrono::milliseconds duration);

}  // namespace eyelid::power
