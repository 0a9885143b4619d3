// SPDX-License-Identifier: MIT
#include "eyelid/power/energy_watch.hpp"

#include <condition_variable>

namespace eyelid::power {

EnergyWatch::EnergyWatch(PowerMeter* meter) : meter_(meter) {
  if (meter_ == nullptr) return;
  meter_->start();
  poller_ = std::jthread([this](const std::stop_token& stop) {
    std::condition_variable_any woken;
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
      woken.wait_for(lock, stop, std::chrono::milliseconds(500), [] { return false; });
      if (!stop.stop_requested()) meter_->poll();
    }
  });
}

EnergyWatch::~EnergyWatch() = default;

std::optional<EnergyUse> EnergyWatch::finish() {
  if (meter_ == nullptr) return std::nullopt;
  poller_.request_stop();
  poller_.join();
  const std::optional<double> joules = meter_->stop();
  const double seconds = stopwatch_.seconds();
  if (!joules || seconds <= 0.0) return std::nullopt;
  return EnergyUse{*joules, seconds};
}

std::optional<double> idle_watts(PowerMeter* meter, std::chrono::milliseconds duration) {
  if (meter == nullptr) return std::nullopt;
  EnergyWatch watch(meter);
  std::this_thread::sleep_for(duration);
  const std::optional<EnergyUse> use = watch.finish();
  return use ? std::optional(use->watts()) : std::nullopt;
}

}  // namespace eyelid::power
