// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstdint>
#include <fstream>
#include <system_error>

#include "eyelid/power/power_meter.hpp"

namespace eyelid::power {
namespace {

template <class T>
std::optional<T> read_value(const std::filesystem::path& path) {
  std::ifstream file(path);
  T value{};
  if (!(file >> value)) return std::nullopt;
  return value;
}

/// One counter of microjoules that starts again at 0 after `range_uj`.
class Zone {
 public:
  Zone(std::filesystem::path counter, std::string name, std::uint64_t range_uj)
      : counter_(std::move(counter)), name_(std::move(name)), range_uj_(range_uj) {}

  const std::string& name() const { return name_; }

  void start() {
    total_uj_ = 0;
    last_uj_ = read_value<std::uint64_t>(counter_);
  }

  /// Sees every overflow if called more often than the counter overflows: at 300 W the usual range
  /// of 262 kJ lasts 15 minutes, the smallest known one (65 kJ) 3.6.
  void advance() {
    const auto now_uj = read_value<std::uint64_t>(counter_);
    if (now_uj && last_uj_) {
      total_uj_ += *now_uj >= *last_uj_ ? *now_uj - *last_uj_ : range_uj_ - *last_uj_ + *now_uj;
    }
    last_uj_ = now_uj;
  }

  /// Nothing when the counter could not be read at some time.
  std::optional<double> joules() const {
    if (!last_uj_) return std::nullopt;
    return static_cast<double>(total_uj_) * 1e-6;
  }

 private:
  std::filesystem::path counter_;
  std::string name_;
  std::uint64_t range_uj_;
  std::uint64_t total_uj_ = 0;
  std::optional<std::uint64_t> last_uj_;
};

class RaplMeter final : public PowerMeter {
 public:
  explicit RaplMeter(std::vector<Zone> zones) : zones_(std::move(zones)) {}

  std::string name() const override {
    std::string names = "RAPL";
    for (const Zone& zone : zones_) {
      names += (&zone == zones_.data() ? " " : " + ") + zone.name();
    }
    return names;
  }
  void start() override {
    for (Zone& zone : zones_) zone.start();
    has_failed_ = false;
  }
  void poll() override {
    for (Zone& zone : zones_) {
      zone.advance();
      has_failed_ = has_failed_ || !zone.joules();
    }
  }
  std::optional<double> stop() override {
    poll();
    if (has_failed_) return std::nullopt;
    double joules = 0.0;
    for (const Zone& zone : zones_) joules += *zone.joules();
    return joules;
  }

 private:
  std::vector<Zone> zones_;
  bool has_failed_ = false;
};

}  // namespace

std::unique_ptr<PowerMeter> open_rapl_meter(const std::filesystem::path& root) {
  std::vector<std::filesystem::path> folders;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(root, error)) {
    // intel-rapl-mmio counts the same packages a second time.
    if (entry.path().filename().string().starts_with("intel-rapl:"))
      folders.push_back(entry.path());
  }
  std::ranges::sort(folders);
  std::vector<Zone> zones;
  for (const std::filesystem::path& folder : folders) {
    const auto name = read_value<std::string>(folder / "name");
    const auto range_uj = read_value<std::uint64_t>(folder / "max_energy_range_uj");
    // "core" and "uncore" are parts of their package, "psys" holds everything once more.
    const bool is_wanted = name && (name->starts_with("package") || *name == "dram");
    if (!is_wanted || !range_uj || !read_value<std::uint64_t>(folder / "energy_uj")) continue;
    zones.emplace_back(folder / "energy_uj", *name, *range_uj);
  }
  if (zones.empty()) return nullptr;
  return std::make_unique<RaplMeter>(std::move(zones));
}

}  // namespace eyelid::power
