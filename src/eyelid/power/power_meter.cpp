// SPDX-License-Identifier: MIT
#include "eyelid/power/power_meter.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <system_error>

#include "eyelid/core/error.hpp"

namespace eyelid::power {
namespace {

class ConstantMeter final : public PowerMeter {
 public:
  explicit ConstantMeter(double watts) : watts_(watts) {}
  std::string name() const override {
    return fmt::format("constant {} W (given, not measured)", watts_);
  }
  bool is_reading() const override { return false; }
  void start() override { start_ = Clock::now(); }
  std::optional<double> stop() override {
    return watts_ * std::chrono::duration<double>(Clock::now() - start_).count();
  }

 private:
  using Clock = std::chrono::steady_clock;
  double watts_;
  Clock::time_point start_;
};

class SumOfMeters final : public PowerMeter {
 public:
  explicit SumOfMeters(std::vector<std::unique_ptr<PowerMeter>> meters)
      : meters_(std::move(meters)) {}
  std::string name() const override {
    std::string names;
    for (const auto& meter : meters_) names += (names.empty() ? "" : " + ") + meter->name();
    return names;
  }
  bool is_reading() const override {
    for (const auto& meter : meters_) {
      if (!meter->is_reading()) return false;
    }
    return true;
  }
  void start() override {
    for (const auto& meter : meters_) meter->start();
  }
  void poll() override {
    for (const auto& meter : meters_) meter->poll();
  }
  std::optional<double> stop() override {
    double joules = 0.0;
    bool is_complete = true;
    for (const auto& meter : meters_) {
      const std::optional<double> part = meter->stop();
      if (part) joules += *part;
      is_complete = is_complete && part.has_value();
    }
    return is_complete ? std::optional(joules) : std::nullopt;
  }

 private:
  std::vector<std::unique_ptr<PowerMeter>> meters_;
};

}  // namespace

std::unique_ptr<PowerMeter> constant_meter(double watts) {
  if (!std::isfinite(watts) || watts <= 0.0) {
    throw InputError(fmt::format("constant power of {} W; expected more than 0", watts));
  }
  return std::make_unique<ConstantMeter>(watts);
}

std::unique_ptr<PowerMeter> sum_of_meters(std::vector<std::unique_ptr<PowerMeter>> meters) {
  EYELID_EXPECTS(!meters.empty());
  if (meters.size() == 1) return std::move(meters[0]);
  return std::make_unique<SumOfMeters>(std::move(meters));
}

std::filesystem::path powercap_root() {
  const char* root = std::getenv("EYELID_POWERCAP");
  return root != nullptr && *root != '\0' ? root : "/sys/class/powercap";
}

PowerSources describe_power_sources() {
  PowerSources sources;
  const std::filesystem::path root = powercap_root();
  std::error_code error;
  if (const auto rapl = open_rapl_meter(root)) {
    sources.rapl = rapl->name();
  } else if (!std::filesystem::is_directory(root, error)) {
    sources.rapl = "no RAPL (no " + root.string() + ")";
  } else {
    sources.rapl =
        "no RAPL that can be read under " + root.string() + " (needs root or permission)";
  }
  const auto nvml = open_nvml_meter({});
  sources.nvml = nvml ? nvml->name() : "no NVML (no NVIDIA driver or GPU)";
  return sources;
}

}  // namespace eyelid::power
