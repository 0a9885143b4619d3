// SPDX-License-Identifier: MIT
#include "studies/speed/bench_gpu.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "apps/command_line/terminal_table.hpp"
#include "eyelid/gpu/device_bench.hpp"
#include "eyelid/power/energy_watch.hpp"

namespace eyelid::app {
namespace {

using gpu::DeviceBench;
using gpu::DeviceFigures;
using Work = DeviceBench::Work;

/// Measures, prints each row when it is there, and keeps all.
class GpuTable {
 public:
  GpuTable(const BenchRequest& request,
           const pipeline::Setup& setup,
           std::vector<GrayImage> frames,
           std::vector<std::string> beside)
      : request_(request),
        setup_(setup),
        session_(request, std::move(frames)),
        bench_(setup.gpu->make_bench(
            session_.frames(), [this] { return probe(); }, {request.images, request.gpu_seconds})) {
    fmt::print("{} frames of {}x{}, {}, precision {}, power meter {}\n",
               session_.frames().size(),
               session_.frames()[0].width(),
               session_.frames()[0].height(),
               setup.device,
               request.setup.precision,
               session_.conditions().power_meter);
    std::vector<std::string> heading = {"stage",
                                        "batch",
                                        "images/s",
                                        "host ms",
                                        "upload",
                                        "device",
                                        "download",
                                        "p50 ms",
                                        "p95",
                                        "p99",
                                        "W",
                                        "J/image"};
    heading.insert(heading.end(), beside.begin(), beside.end());
    table_.emplace(std::move(heading));
  }

  const DeviceBench& bench() const { return bench_; }
  std::vector<int> batches() const { return batches_of(request_, pipeline::kMaxGpuBatchFrames); }

  void add(const DeviceFigures& figures, std::vector<std::string> beside) {
    const BenchRow row = row_of(figures);
    rows_.push_back(row);
    std::vector<std::string> line = {row.stage,
                                     fmt::format("{}", row.batch),
                                     cell(row.images_per_s, 0),
                                     cell(row.host_ms, 4),
                                     cell(row.upload_ms, 4),
                                     cell(row.device_ms, 4),
                                     cell(row.download_ms, 4),
                                     cell(row.ms_p50, 4),
                                     cell(row.ms_p95, 4),
                                     cell(row.ms_p99, 4),
                                     cell(row.watts, 1),
                                     cell(row.joules_per_image, 7)};
    line.insert(line.end(), beside.begin(), beside.end());
    table_->add(std::move(line));
    // The whole table comes last; this line says that something happens.
    std::fprintf(
        stderr, "%s, batch %d: %.0f images/s\n", row.stage.c_str(), row.batch, row.images_per_s);
  }

  /// The table, what bounds it, the files.
  void finish(const std::string& command) {
    table_->print();
    fmt::print("times per batch; parts: one batch by itself; images/s: batches overlapped\n");
    nlohmann::ordered_json object = bench_json(command, session_.conditions(), rows_);
    object["machine"]["gpu"] = setup_.device;
    print_upload_bound(object);
    fmt::print("study: {}\n", study_figures().at("source").get<std::string>());
    write_bench(request_.outputs, object);
  }

 private:
  std::function<std::optional<double>()> probe() const {
    auto watch = std::make_shared<power::EnergyWatch>(session_.meter());
    return [watch]() -> std::optional<double> {
      const auto use = watch->finish();
      if (!use) return std::nullopt;
      return use->joules;
    };
  }

  BenchRow row_of(const DeviceFigures& figures) const {
    BenchRow row;
    row.stage = figures.stage;
    row.device = "cuda";
    row.precision = request_.setup.precision;
    row.landmarks = figures.stage.starts_with("whole_frame") ? request_.setup.landmarks : 0;
    row.batch = figures.batch;
    row.images = figures.images;
    row.run_time_s = figures.run_time_s;
    row.images_per_s = figures.images_per_s;
    row.ms_per_image = 1e3 / figures.images_per_s;
    row.host_ms = figures.host_ms.value_or(kAbsent);
    row.upload_ms = figures.upload_ms.value_or(kAbsent);
    row.device_ms = figures.device_ms.value_or(kAbsent);
    row.download_ms = figures.download_ms.value_or(kAbsent);
    set_percentiles(figures.call_ms, row);
    if (figures.joules) {
      const auto images = static_cast<double>(figures.images);
      row.joules_per_image = *figures.joules / images;
      row.watts = *figures.joules / figures.run_time_s;
      row.images_per_s_per_w = row.images_per_s / row.watts;
      row.joules_per_image_above_idle =
          row.joules_per_image - session_.conditions().idle_watts * figures.run_time_s / images;
    }
    return row;
  }

  /// The rate of the uploads, and what share of it the whole frame reaches.
  void print_upload_bound(nlohmann::ordered_json& object) const {
    const auto bytes = static_cast<double>(session_.frames()[0].width()) *
                       static_cast<double>(session_.frames()[0].height());
    double max_frames_per_s = 0.0, whole = 0.0;
    for (const BenchRow& row : rows_) {
      if (row.upload_ms > 0.0) {
        max_frames_per_s = std::max(max_frames_per_s, 1e3 * row.batch / row.upload_ms);
      }
      if (row.stage == "whole_frame_uploaded") whole = std::max(whole, row.images_per_s);
    }
    if (max_frames_per_s == 0.0) return;
    object["conditions"]["upload_gb_per_s"] = 1e-9 * bytes * max_frames_per_s;
    fmt::print("uploads: {:.1f} GB/s, that is {:.0f} frames/s at most",
               1e-9 * bytes * max_frames_per_s,
               max_frames_per_s);
    if (whole > 0.0) fmt::print("; reached: {:.0f} %", 100.0 * whole / max_frames_per_s);
    fmt::print("\n");
  }

  const BenchRequest& request_;
  const pipeline::Setup& setup_;
  BenchSession session_;
  DeviceBench bench_;
  std::optional<TerminalTable> table_;
  std::vector<BenchRow> rows_;
};

std::string v100(const char* table, int batch, const char* key, int decimals) {
  return cell(study_value(table, "v100", batch, key), decimals);
}

}  // namespace

void bench_gpu_detector(const BenchRequest& request,
                        const pipeline::Setup& setup,
                        std::vector<GrayImage> frames) {
  GpuTable table(request, setup, std::move(frames), {"v100 im/s", "v100 ms/im"});
  for (const int batch : table.batches()) {
    const std::vector<std::string> beside = {v100("detector", batch, "images_per_s", 0),
                                             v100("detector", batch, "ms_per_image", 4)};
    table.add(table.bench().resident(batch), beside);
    table.add(table.bench().overlapped(Work::Faces, batch), beside);
  }
  table.finish("bench detector");
}

void bench_gpu_latency(const BenchRequest& request,
                       const pipeline::Setup& setup,
                       std::vector<GrayImage> frames) {
  GpuTable table(request, setup, std::move(frames), {"v100 ms", "v100 im/s/W"});
  for (const int batch : table.batches()) {
    const std::vector<std::string> beside = {v100("latency", batch, "latency_ms", 3),
                                             v100("latency", batch, "images_per_s_per_w", 2)};
    table.add(table.bench().latency(Work::Faces, batch), beside);
    table.add(table.bench().latency(Work::WholeFrame, batch), beside);
  }
  table.finish("bench latency");
}

void bench_gpu_pipeline(const BenchRequest& request,
                        const pipeline::Setup& setup,
                        std::vector<GrayImage> frames) {
  GpuTable table(request, setup, std::move(frames), {});
  for (const int batch : table.batches()) {
    table.add(table.bench().overlapped(Work::WholeFrame, batch), {});
    table.add(table.bench().recording(batch), {});
  }
  table.finish("bench pipeline");
  for (const auto& row : study_figures().at("pipeline")) {
    if (row.at("landmarks") != request.setup.landmarks) continue;
    fmt::print("the study's whole pipeline with {}: {} ms per image\n",
               row.at("device").get<std::string>(),
               row.at("ms_per_image").get<double>());
  }
}

}  // namespace eyelid::app
