// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace eyelid::power {

/// Energy that (part of) a machine uses, from one source. An interval begins with start() and ends
/// with stop(); meters of several sources can run at once.
///
/// Threads: one at a time.
class PowerMeter {
 public:
  virtual ~PowerMeter() = default;
  /// "RAPL package-0", "NVML GPU 0 (Tesla V100)", "constant 65 W (given, not measured)".
  virtual std::string name() const = 0;
  /// False where the figure was given by the user: never to be passed off as a measurement.
  virtual bool is_reading() const { return true; }
  virtual void start() = 0;
  /// To be called about twice a second between start() and stop(), so that no overflow of a
  /// counter goes unseen; EnergyWatch does.
  virtual void poll() {}
  /// Joules since start(); nothing where the meter cannot say (it went away, samples are missing).
  virtual std::optional<double> stop() = 0;
};

/// Intel and AMD processors through Linux' powercap files: packages and, where it is a zone of its
/// own, their memory. Needs read permission on energy_uj (root, or a udev rule). Nothing where no
/// zone can be read. `root` holds folders intel-rapl:N with name, energy_uj, max_energy_range_uj.
///
/// Source: Linux, Documentation/power/powercap/powercap.rst.
std::unique_ptr<PowerMeter> open_rapl_meter(const std::filesystem::path& root);

/// NVIDIA GPUs through NVML, which is loaded at run time: nothing is linked. Uses the GPU's own
/// energy counter (Volta and later), else the power readings of every poll(). Nothing without the
/// library, a GPU, or a counter that answers. An empty path: libnvidia-ml.so.1.
std::unique_ptr<PowerMeter> open_nvml_meter(const std::filesystem::path& library);

/// `watts` at all times, as the user says it. Throws InputError unless positive and finite.
std::unique_ptr<PowerMeter> constant_meter(double watts);

/// What an external meter wrote down, while it runs or afterward: lines `time,watts`, the time
/// in seconds since 1970 (UTC) and increasing; empty lines, `#` lines and one heading are passed
/// over. stop() reads the file and integrates between the samples (trapezoids). Nothing where the
/// interval is not covered: the nearest sample at either end may be 2 s away.
/// Throws InputError where the file cannot be read or a line is not understood.
std::unique_ptr<PowerMeter> sample_file_meter(const std::filesystem::path& path);

/// Several meters as one: the sum, nothing where one of them says nothing. Needs at least one.
std::unique_ptr<PowerMeter> sum_of_meters(std::vector<std::unique_ptr<PowerMeter>> meters);

/// Where RAPL is looked for: $EYELID_POWERCAP, else /sys/class/powercap.
std::filesystem::path powercap_root();

/// One line per kind of meter for `eyelid doctor`: its name, or why there is none.
struct PowerSources {
  std::string rapl;
  std::string nvml;
};
PowerSources describe_power_sources();

}  // namespace eyelid::power
