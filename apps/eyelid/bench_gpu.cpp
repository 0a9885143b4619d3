// SPDX-License-Identifier: MIT
#include "bench_gpu.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstring>
#include <memory>
#include <optional>

#include "command.hpp"
#include "eyelid/core/error.hpp"
#include "eyelid/gpu/batch_runner.hpp"
#include "eyelid/hardware/power/energy_watch.hpp"
#include "eyelid/pipeline/setup.hpp"
#include "eyelid/synthesis/session_renderer.hpp"
#include "json_output.hpp"
#include "options.hpp"

namespace eyelid::app {
namespace {

using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

/// One line; times are per batch. Absent figures stay empty.
struct GpuRow {
  std::string stage;
  int batch = 1;
  double images_per_s = 0.0;
  std::optional<double> host_ms, upload_ms, device_ms, download_ms;
  std::optional<double> p50_ms, p95_ms, p99_ms;
  std::optional<double> joules_per_image;
};

class GpuBench {
 public:
  GpuBench(const GpuBenchRequest& request,
           const pipeline::GpuSetup& setup,
           const std::vector<GreyImage>& frames)
      : request_(request), setup_(setup), frames_(frames), meter_(hardware::open_nvml_meter({})) {}

  std::vector<GpuRow> rows() {
    std::vector<GpuRow> rows;
    for (const int batch : request_.batches) {
      if (request_.command == "bench detector") rows.push_back(network(batch));
      if (request_.command == "bench latency") rows.push_back(latency(batch));
      if (request_.command == "bench pipeline") {
        rows.push_back(parts(batch));
        rows.push_back(pinned(batch));
        rows.push_back(recording(batch));
      }
    }
    return rows;
  }

 private:
  std::unique_ptr<gpu::FrameDevice> device(int batch, int slots, bool wants_times) const {
    gpu::FrameDeviceOptions options;
    options.batch_frames = batch;
    options.slots = slots;
    options.wants_times = wants_times;
    auto made = setup_.make_first(options);
    made->prepare(frames_[0].width(), frames_[0].height());
    return made;
  }
  int batches(int batch) const { return std::max(3, request_.images / batch); }

  void fill(gpu::FrameDevice& target, int slot, int batch) const {
    for (int i = 0; i < batch; i++) {
      const GreyImage& frame = frames_[static_cast<std::size_t>(i) % frames_.size()];
      for (int y = 0; y < frame.height(); y++) {
        std::memcpy(target.frame(slot, i) + static_cast<std::ptrdiff_t>(y) * target.row_bytes(),
                    frame.row(y),
                    static_cast<std::size_t>(frame.width()));
      }
    }
  }

  GpuRow network(int batch) {
    GpuRow row{"detector (resident)", batch, 0.0, {}, {}, {}, {}, {}, {}, {}, {}};
    const auto gpu = device(batch, 1, false);
    const int repeats = batches(batch);
    gpu->network_ms(batch, std::max(3, repeats / 10));
    hardware::EnergyWatch watch(meter_.get());
    const double ms = gpu->network_ms(batch, repeats);
    add_energy(row, watch, std::int64_t{repeats} * batch);
    row.device_ms = ms / repeats;
    row.images_per_s = 1e3 * repeats * batch / ms;
    return row;
  }

  GpuRow latency(int batch) const {
    GpuRow row{"whole_frame (latency)", batch, 0.0, {}, {}, {}, {}, {}, {}, {}, {}};
    const auto gpu = device(batch, 1, false);
    const auto chain = gpu->make_chain();
    std::vector<double> times_ms;
    const int warm_up = 50;
    for (int i = -warm_up; i < std::max(20, request_.images / batch); i++) {
      const Clock::time_point begin = Clock::now();
      fill(*gpu, 0, batch);
      gpu->submit(0, batch, *chain);
      gpu->wait(0);
      if (i >= 0) times_ms.push_back(Milliseconds(Clock::now() - begin).count());
    }
    std::ranges::sort(times_ms);
    const auto at = [&](double share) {
      return times_ms[static_cast<std::size_t>(share * static_cast<double>(times_ms.size() - 1))];
    };
    row.p50_ms = at(0.50);
    row.p95_ms = at(0.95);
    row.p99_ms = at(0.99);
    row.images_per_s = 1e3 * batch / *row.p50_ms;
    return row;
  }

  /// One batch after the other, so that its parts can be told apart.
  GpuRow parts(int batch) const {
    GpuRow row{"whole_frame (parts)", batch, 0.0, {}, {}, {}, {}, {}, {}, {}, {}};
    const auto gpu = device(batch, 1, true);
    const auto chain = gpu->make_chain();
    gpu::BatchTimes sum;
    double host_ms = 0.0;
    const int count = std::clamp(batches(batch), 3, 50);
    const Clock::time_point begin = Clock::now();
    for (int i = -2; i < count; i++) {
      const Clock::time_point start = Clock::now();
      fill(*gpu, 0, batch);
      const double filled_ms = Milliseconds(Clock::now() - start).count();
      gpu->submit(0, batch, *chain);
      const gpu::BatchTimes times = gpu->wait(0).times;
      if (i < 0) continue;
      host_ms += filled_ms;
      sum.upload_ms += times.upload_ms;
      sum.compute_ms += times.compute_ms;
      sum.download_ms += times.download_ms;
    }
    const double wall_ms = Milliseconds(Clock::now() - begin).count() * count / (count + 2);
    row.host_ms = host_ms / count;
    row.upload_ms = sum.upload_ms / count;
    row.device_ms = sum.compute_ms / count;
    row.download_ms = sum.download_ms / count;
    row.images_per_s = 1e3 * count * batch / wall_ms;
    return row;
  }

  /// Frames in page-locked memory beforehand, uploaded for every batch; three batches overlapped.
  GpuRow pinned(int batch) {
    constexpr int kSlots = 3;
    GpuRow row{"whole_frame (uploaded)", batch, 0.0, {}, {}, {}, {}, {}, {}, {}, {}};
    const auto gpu = device(batch, kSlots, false);
    const auto chain = gpu->make_chain();
    for (int slot = 0; slot < kSlots; slot++) {
      fill(*gpu, slot, batch);
      gpu->submit(slot, batch, *chain);
    }
    for (int slot = 0; slot < kSlots; slot++) gpu->wait(slot);
    const int count = std::max(3 * kSlots, batches(batch));
    hardware::EnergyWatch watch(meter_.get());
    const Clock::time_point begin = Clock::now();
    for (int i = 0; i < count; i++) {
      if (i >= kSlots) gpu->wait(i % kSlots);
      gpu->submit(i % kSlots, batch, *chain);
    }
    for (int i = count; i < count + kSlots; i++) gpu->wait(i % kSlots);
    const double wall_ms = Milliseconds(Clock::now() - begin).count();
    add_energy(row, watch, std::int64_t{count} * batch);
    row.images_per_s = 1e3 * count * batch / wall_ms;
    return row;
  }

  /// As `track` does it: one thread copies the frames while the GPU works.
  GpuRow recording(int batch) const {
    GpuRow row{"whole_frame", batch, 0.0, {}, {}, {}, {}, {}, {}, {}, {}};
    gpu::FrameDeviceOptions options;
    options.batch_frames = batch;
    const auto gpu = setup_.make_first(options);
    gpu::BatchRunner runner({gpu.get()});
    const int count = std::max(request_.images, 4 * batch);
    const auto run = [&](int frames) {
      int next = 0;
      runner.run(
          [&]() -> std::optional<gpu::NumberedFrame> {
            if (next == frames) return std::nullopt;
            const auto at = static_cast<std::size_t>(next) % frames_.size();
            return gpu::NumberedFrame{frames_[at], next++, 0.0};
          },
          [](const gpu::MeasuredFrame&) {});
    };
    run(4 * batch);
    const Clock::time_point begin = Clock::now();
    run(count);
    const double wall_ms = Milliseconds(Clock::now() - begin).count();
    row.host_ms = runner.times().fill_ms / static_cast<double>(runner.times().batches);
    row.images_per_s = 1e3 * count / wall_ms;
    return row;
  }

  static void add_energy(GpuRow& row, hardware::EnergyWatch& watch, std::int64_t images) {
    if (const auto use = watch.finish()) {
      row.joules_per_image = use->joules / static_cast<double>(images);
    }
  }

  const GpuBenchRequest& request_;
  const pipeline::GpuSetup& setup_;
  const std::vector<GreyImage>& frames_;
  std::unique_ptr<hardware::PowerMeter> meter_;
};

std::string cell(const std::optional<double>& value) {
  return value ? fmt::format("{:.4f}", *value) : "-";
}
nlohmann::ordered_json figure(const std::optional<double>& value) {
  if (!value) return nullptr;
  return *value;
}

}  // namespace

std::vector<int> batch_list(const std::string& text) {
  const auto number = [&](std::string_view part) {
    int value = 0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), value);
    if (error != std::errc() || end != part.data() + part.size() || value < 1 || value > 4096) {
      throw InputError("--batches " + text +
                       ": expected numbers from 1 to 4096, as 1,8,64 or 1..4096");
    }
    return value;
  };
  std::vector<int> batches;
  if (const std::size_t dots = text.find(".."); dots != std::string::npos) {
    const int last = number(std::string_view(text).substr(dots + 2));
    for (int i = number(std::string_view(text).substr(0, dots)); i <= last; i *= 2) {
      batches.push_back(i);
    }
    return batches;
  }
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    batches.push_back(number(std::string_view(text).substr(begin, end - begin)));
    begin = end + 1;
  }
  return batches;
}

void bench_gpu(const GpuBenchRequest& request,
               const pipeline::GpuSetup& setup,
               const std::vector<GreyImage>& frames) {
  fmt::print("{} frames of {}x{}, {}, precision {}; times in ms per batch\n",
             frames.size(),
             frames[0].width(),
             frames[0].height(),
             setup.devices[0],
             request.precision);
  fmt::print("{:<24} {:>6} {:>11} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9} {:>11}\n",
             "stage",
             "batch",
             "images/s",
             "host",
             "upload",
             "device",
             "download",
             "p50",
             "p95",
             "p99",
             "J/image");
  nlohmann::ordered_json object = json_head(request.command);
  object["gpu"] = setup.devices[0];
  object["rows"] = nlohmann::ordered_json::array();
  for (const GpuRow& row : GpuBench(request, setup, frames).rows()) {
    fmt::print("{:<24} {:>6} {:>11.0f} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9} {:>11}\n",
               row.stage,
               row.batch,
               row.images_per_s,
               cell(row.host_ms),
               cell(row.upload_ms),
               cell(row.device_ms),
               cell(row.download_ms),
               cell(row.p50_ms),
               cell(row.p95_ms),
               cell(row.p99_ms),
               row.joules_per_image ? fmt::format("{:.3e}", *row.joules_per_image) : "-");
    nlohmann::ordered_json per_watt;  // null
    if (row.joules_per_image) per_watt = 1.0 / *row.joules_per_image;
    object["rows"].push_back({{"stage", row.stage},
                              {"device", "cuda"},
                              {"precision", request.precision},
                              {"threads", 1},
                              {"batch", row.batch},
                              {"landmarks", request.landmarks},
                              {"ms_per_image", 1e3 / row.images_per_s},
                              {"ms_p50", figure(row.p50_ms)},
                              {"ms_p95", figure(row.p95_ms)},
                              {"ms_p99", figure(row.p99_ms)},
                              {"host_ms", figure(row.host_ms)},
                              {"upload_ms", figure(row.upload_ms)},
                              {"device_ms", figure(row.device_ms)},
                              {"download_ms", figure(row.download_ms)},
                              {"images_per_s", row.images_per_s},
                              {"joules_per_image", figure(row.joules_per_image)},
                              {"images_per_s_per_w", per_watt},
                              {"fma_peak_fraction", nullptr}});
  }
  if (!request.json.empty()) write_json(request.json, object);
}

namespace {

struct GpuBenchCommand {
  pipeline::SetupRequest setup;
  GpuBenchRequest request;
  std::string table = "pipeline";
  std::string batches = "1,8,64,512";

  void run() {
    setup.device = "cuda";
    request.command = "bench " + table;
    request.batches = batch_list(batches);
    request.landmarks = setup.landmarks;
    request.precision = setup.precision;
    const pipeline::Setup made = pipeline::make_setup(setup);
    const synthesis::SessionRenderer renderer(synthesis::SessionOptions{});
    constexpr int kFrames = 64;
    std::vector<GreyImage> frames(kFrames);
    for (int i = 0; i < kFrames; ++i) {
      renderer.render(i * renderer.frame_count() / kFrames, frames[static_cast<std::size_t>(i)]);
    }
    bench_gpu(request, *made.gpu, frames);
  }
};

}  // namespace

void add_gpu_bench_command(CLI::App& app) {
  auto command = std::make_shared<GpuBenchCommand>();
  CLI::App* gpu = app.get_subcommand("bench")->add_subcommand(
      "gpu", "The GPU: host, transfer and device time apart, by batch");
  gpu->add_option("--table", command->table, "detector, latency or pipeline")
      ->check(CLI::IsMember({"detector", "latency", "pipeline"}))
      ->capture_default_str();
  gpu->add_option("--batches", command->batches, "As 1,8,512 or 1..4096")->capture_default_str();
  gpu->add_option("--images", command->request.images, "Images timed per batch size")
      ->check(CLI::Range(20, 10000000))
      ->capture_default_str();
  add_setup_options(*gpu, command->setup);
  add_json_option(*gpu, command->request.json);
  gpu->callback([command] { command->run(); });
}

}  // namespace eyelid::app
