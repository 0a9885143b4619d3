// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "eyelid/core/image.hpp"
#include "eyelid/gpu/gpu_face_detector.hpp"

namespace eyelid::gpu {

/// One measured line; times in ms per batch. What a stage does not have stays empty.
struct DeviceFigures {
  std::string stage;
  int batch = 1;
  std::int64_t images = 0;
  double run_time_s = 0.0;
  double images_per_s = 0.0;
  std::optional<double> host_ms;  // frames copied into page-locked memory
  std::optional<double> upload_ms, device_ms, download_ms;
  std::optional<double> joules;  // of the card, while it ran
  std::vector<double> call_ms;   // from frames in the host's memory to the results; latency only
};

/// Called when a measurement begins; what it returns is called at its end and gives the energy.
using EnergyProbe = std::function<std::function<std::optional<double>()>()>;

struct DeviceBenchOptions {
  int min_images = 2048;
  double min_s = 1.0;  // energy counters and clocks need about that
};

/// Times a device; batches of any size, each with a device of its own.
class DeviceBench {
 public:
  enum class Work { Faces, WholeFrame };

  /// `frames` are of one size, at least one, and outlive this, as does nothing else.
  DeviceBench(DeviceFactory factory,
              const MeasureOptions& measure,
              std::span<const GrayImage> frames,
              EnergyProbe energy,
              const DeviceBenchOptions& options);

  /// "detector_resident": the network alone, on inputs that lie on the device.
  DeviceFigures resident(int batch) const;
  /// "detector", "whole_frame_uploaded": frames in page-locked memory beforehand, uploaded for
  /// every batch, three batches overlapped; upload, device and download time of one batch by
  /// itself.
  DeviceFigures overlapped(Work work, int batch) const;
  /// "detector_latency", "whole_frame_latency": one batch at a time, one graph each, from frames in
  /// the host's memory to the numbers; the parts as above.
  DeviceFigures latency(Work work, int batch) const;
  /// "whole_frame": as `track` does it, one thread copying the frames while the device works.
  DeviceFigures recording(int batch) const;

 private:
  std::unique_ptr<FrameDevice> device(Work work, int batch, int slots, bool wants_times) const;
  void fill(FrameDevice& target, int slot, int batch) const;
  /// One batch after the other, so that its parts can be told apart.
  void add_parts(Work work, int batch, DeviceFigures& figures) const;
  bool is_enough(std::int64_t images, double seconds) const {
    return images >= options_.min_images && seconds >= options_.min_s;
  }

  DeviceFactory factory_;
  MeasureOptions measure_;
  std::span<const GrayImage> frames_;
  EnergyProbe energy_;
  DeviceBenchOptions options_;
};

}  // namespace eyelid::gpu
