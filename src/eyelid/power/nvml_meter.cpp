// SPDX-License-Identifier: MIT
// The few entry points of NVML that are needed, declared after nvml.h (NVIDIA's documentation of
// the NVML API): return 0 is success, energies in mJ, powers in mW.
#include <dlfcn.h>

#include <array>
#include <chrono>

#include "eyelid/power/power_meter.hpp"

namespace eyelid::power {
namespace {

using Device = void*;

class Library {
 public:
  explicit Library(const std::filesystem::path& path)
      : handle_(dlopen(path.empty() ? "libnvidia-ml.so.1" : path.c_str(), RTLD_NOW)) {
    if (handle_ == nullptr) return;
    is_usable_ = find("nvmlInit_v2", init) && find("nvmlShutdown", shutdown) &&
                 find("nvmlDeviceGetCount_v2", device_count) &&
                 find("nvmlDeviceGetHandleByIndex_v2", device_by_index) &&
                 find("nvmlDeviceGetName", device_name) &&
                 find("nvmlDeviceGetPowerUsage", power_usage) && init() == 0;
    find("nvmlDeviceGetTotalEnergyConsumption", total_energy);  // not in old drivers
  }
  ~Library() {
    if (is_usable_) shutdown();
    if (handle_ != nullptr) dlclose(handle_);
  }
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;

  bool is_usable() const { return is_usable_; }

  int (*init)() = nullptr;
  int (*shutdown)() = nullptr;
  int (*device_count)(unsigned*) = nullptr;
  int (*device_by_index)(unsigned, Device*) = nullptr;
  int (*device_name)(Device, char*, unsigned) = nullptr;
  int (*power_usage)(Device, unsigned*) = nullptr;
  int (*total_energy)(Device, unsigned long long*) = nullptr;

 private:
  template <class Function>
  bool find(const char* name, Function& function) {
    function = reinterpret_cast<Function>(dlsym(handle_, name));
    return function != nullptr;
  }
  void* handle_;
  bool is_usable_ = false;
};

/// Energy of one GPU, by its counter or by its power over time.
class GpuEnergy {
 public:
  GpuEnergy(const Library& library, Device device) : library_(library), device_(device) {
    unsigned long long energy_mj = 0;
    has_counter_ = library.total_energy != nullptr && library.total_energy(device, &energy_mj) == 0;
  }

  bool is_readable() {
    start();
    return is_complete_;
  }
  void start() {
    joules_ = 0.0;
    is_complete_ = true;
    read();
    first_mj_ = counter_mj_;
  }
  void poll() {
    const Clock::time_point before = time_;
    const double watts_before = watts_;
    read();
    const double seconds = std::chrono::duration<double>(time_ - before).count();
    joules_ += 0.5 * (watts_before + watts_) * seconds;
  }
  std::optional<double> joules() const {
    if (!is_complete_) return std::nullopt;
    return has_counter_ ? static_cast<double>(counter_mj_ - first_mj_) * 1e-3 : joules_;
  }

 private:
  using Clock = std::chrono::steady_clock;

  void read() {
    time_ = Clock::now();
    if (has_counter_) {
      is_complete_ = is_complete_ && library_.total_energy(device_, &counter_mj_) == 0;
    } else {
      unsigned power_mw = 0;
      is_complete_ = is_complete_ && library_.power_usage(device_, &power_mw) == 0;
      watts_ = power_mw * 1e-3;
    }
  }

  const Library& library_;
  Device device_;
  bool has_counter_ = false;
  bool is_complete_ = true;
  unsigned long long first_mj_ = 0, counter_mj_ = 0;
  Clock::time_point time_;
  double watts_ = 0.0;
  double joules_ = 0.0;
};

class NvmlMeter final : public PowerMeter {
 public:
  explicit NvmlMeter(std::unique_ptr<const Library> library) : library_(std::move(library)) {
    unsigned count = 0;
    if (library_->device_count(&count) != 0) return;
    for (unsigned i = 0; i < count; ++i) {
      Device device = nullptr;
      if (library_->device_by_index(i, &device) != 0) continue;
      GpuEnergy energy(*library_, device);
      if (!energy.is_readable()) continue;
      std::array<char, 96> text{};
      library_->device_name(device, text.data(), static_cast<unsigned>(text.size()));
      name_ +=
          (name_.empty() ? "NVML GPU " : " + GPU ") + std::to_string(i) + " (" + text.data() + ")";
      gpus_.push_back(energy);
    }
  }

  bool has_gpu() const { return !gpus_.empty(); }
  std::string name() const override { return name_; }
  void start() override {
    for (GpuEnergy& gpu : gpus_) gpu.start();
  }
  void poll() override {
    for (GpuEnergy& gpu : gpus_) gpu.poll();
  }
  std::optional<double> stop() override {
    poll();
    double joules = 0.0;
    for (const GpuEnergy& gpu : gpus_) {
      if (!gpu.joules()) return std::nullopt;
      joules += *gpu.joules();
    }
    return joules;
  }

 private:
  std::unique_ptr<const Library> library_;
  std::vector<GpuEnergy> gpus_;
  std::string name_;
};

}  // namespace

std::unique_ptr<PowerMeter> open_nvml_meter(const std::filesystem::path& library_path) {
  auto library = std::make_unique<const Library>(library_path);
  if (!library->is_usable()) return nullptr;
  auto meter = std::make_unique<NvmlMeter>(std::move(library));
  if (!meter->has_gpu()) return nullptr;
  return meter;
}

}  // namespace eyelid::power
