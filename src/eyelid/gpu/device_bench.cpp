// SPDX-License-Identifier: MIT
#include "eyelid/gpu/device_bench.hpp"

#include <algorithm>

#include "eyelid/core/error.hpp"
#include "eyelid/core/stopwatch.hpp"
#include "eyelid/gpu/batch_runner.hpp"

namespace eyelid::gpu {
namespace {

DeviceFigures figures_of(const char* stage, int batch) {
  DeviceFigures figures;
  figures.stage = stage;
  figures.batch = batch;
  return figures;
}

void finish(DeviceFigures& figures, std::int64_t images, double seconds) {
  figures.images = images;
  figures.run_time_s = seconds;
  figures.images_per_s = static_cast<double>(images) / seconds;
}

}  // namespace

DeviceBench::DeviceBench(DeviceFactory factory,
                         const MeasureOptions& measure,
                         std::span<const GrayImage> frames,
                         EnergyProbe energy,
                         const DeviceBenchOptions& options)
    : factory_(std::move(factory)),
      measure_(measure),
      frames_(frames),
      energy_(std::move(energy)),
      options_(options) {
  EYELID_EXPECTS(!frames.empty());
  measure_.detect_every = 1;  // any batch size
}

std::unique_ptr<FrameDevice> DeviceBench::device(Work work,
                                                 int batch,
                                                 int slots,
                                                 bool wants_times) const {
  FrameDeviceOptions options;
  options.measure = measure_;
  options.batch_frames = batch;
  options.slots = slots;
  options.wants_times = wants_times;
  options.wants_faces = options.wants_faces_only = work == Work::Faces;
  auto made = factory_(options);
  made->prepare(frames_[0].width(), frames_[0].height());
  return made;
}

void DeviceBench::fill(FrameDevice& target, int slot, int batch) const {
  for (int i = 0; i < batch; i++) {
    put_frame(target, slot, i, frames_[static_cast<std::size_t>(i) % frames_.size()]);
  }
}

DeviceFigures DeviceBench::resident(int batch) const {
  DeviceFigures figures = figures_of("detector_resident", batch);
  const auto gpu = device(Work::Faces, batch, 1, false);
  // How often, from a first try that also warms up.
  constexpr int kTries = 3;
  const double try_ms = gpu->network_ms(batch, kTries) / kTries;
  const double by_time = 1e3 * options_.min_s / std::max(1e-4, try_ms);
  const double by_images = static_cast<double>(options_.min_images) / batch;
  const int repeats = static_cast<int>(std::clamp(std::max(by_time, by_images), 3.0, 100000.0));
  const auto energy = energy_();
  const double ms = gpu->network_ms(batch, repeats);
  figures.joules = energy();
  figures.device_ms = ms / repeats;
  finish(figures, std::int64_t{repeats} * batch, 1e-3 * ms);
  return figures;
}

void DeviceBench::add_parts(Work work, int batch, DeviceFigures& figures) const {
  const auto gpu = device(work, batch, 1, true);
  const auto chain = gpu->make_chain();
  constexpr int kWarmUp = 2;
  const int count = std::clamp(options_.min_images / batch, 5, 50);
  BatchTimes sum;
  double host_s = 0.0;
  for (int i = -kWarmUp; i < count; i++) {
    const Stopwatch stopwatch;
    fill(*gpu, 0, batch);
    const double filled_s = stopwatch.seconds();
    gpu->submit(0, batch, *chain);
    const BatchTimes times = gpu->wait(0).times;
    if (i < 0) continue;
    host_s += filled_s;
    sum.upload_ms += times.upload_ms;
    sum.compute_ms += times.compute_ms;
    sum.download_ms += times.download_ms;
  }
  figures.host_ms = 1e3 * host_s / count;
  figures.upload_ms = sum.upload_ms / count;
  figures.device_ms = sum.compute_ms / count;
  figures.download_ms = sum.download_ms / count;
}

DeviceFigures DeviceBench::overlapped(Work work, int batch) const {
  constexpr int kSlots = 3;
  DeviceFigures figures =
      figures_of(work == Work::Faces ? "detector" : "whole_frame_uploaded", batch);
  add_parts(work, batch, figures);
  const auto gpu = device(work, batch, kSlots, false);
  const auto chain = gpu->make_chain();
  for (int slot = 0; slot < kSlots; slot++) {
    fill(*gpu, slot, batch);
    gpu->submit(slot, batch, *chain);
  }
  for (int slot = 0; slot < kSlots; slot++) gpu->wait(slot);
  const auto energy = energy_();
  const Stopwatch stopwatch;
  int count = 0;
  for (; count < kSlots || !is_enough(std::int64_t{count} * batch, stopwatch.seconds()); count++) {
    if (count >= kSlots) gpu->wait(count % kSlots);
    gpu->submit(count % kSlots, batch, *chain);
  }
  for (int i = count; i < count + kSlots; i++) gpu->wait(i % kSlots);
  const double seconds = stopwatch.seconds();
  figures.joules = energy();
  finish(figures, std::int64_t{count} * batch, seconds);
  return figures;
}

DeviceFigures DeviceBench::latency(Work work, int batch) const {
  DeviceFigures figures =
      figures_of(work == Work::Faces ? "detector_latency" : "whole_frame_latency", batch);
  add_parts(work, batch, figures);
  const auto gpu = device(work, batch, 1, false);
  const auto chain = gpu->make_chain();
  const auto once = [&] {
    const Stopwatch stopwatch;
    fill(*gpu, 0, batch);
    gpu->submit(0, batch, *chain);
    gpu->wait(0);
    return stopwatch.milliseconds();
  };
  constexpr int kWarmUp = 50;
  for (int i = 0; i < kWarmUp; i++) once();
  const auto energy = energy_();
  const Stopwatch stopwatch;
  std::int64_t images = 0;
  while (figures.call_ms.size() < 20 || !is_enough(images, stopwatch.seconds())) {
    figures.call_ms.push_back(once());
    images += batch;
  }
  const double seconds = stopwatch.seconds();
  figures.joules = energy();
  finish(figures, images, seconds);
  return figures;
}

DeviceFigures DeviceBench::recording(int batch) const {
  DeviceFigures figures = figures_of("whole_frame", batch);
  const auto gpu = device(Work::WholeFrame, batch, FrameDeviceOptions{}.slots, false);
  BatchRunner runner({gpu.get()});
  std::int64_t images = 0;
  const auto run = [&](auto is_done) {
    images = 0;
    const Stopwatch stopwatch;
    runner.run(
        [&]() -> std::optional<NumberedFrame> {
          if (images % batch == 0 && is_done(images, stopwatch.seconds())) return std::nullopt;
          const auto at = static_cast<std::size_t>(images) % frames_.size();
          return NumberedFrame{frames_[at], images++, 0.0};
        },
        [](const MeasuredFrame&) {});
    return stopwatch.seconds();
  };
  run([&](std::int64_t done, double) { return done >= 4 * batch; });
  const auto energy = energy_();
  const double seconds =
      run([&](std::int64_t done, double s) { return done >= 4 * batch && is_enough(done, s); });
  figures.joules = energy();
  figures.host_ms = runner.times().fill_ms / static_cast<double>(runner.times().batches);
  finish(figures, images, seconds);
  return figures;
}

}  // namespace eyelid::gpu
