// SPDX-License-Identifier: MIT
#include "studies/speed/bench_gpu.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <nlohmann/json.hpp>

#include "eyelid/gpu/device_bench.hpp"
#include "eyelid/power/energy_watch.hpp"
#include "studies/speed/bench_columns.hpp"

namespace eyelid::speed {
namespace {

using gpu::DeviceBench;
using gpu::DeviceFigures;
using Work = DeviceBench::Work;

/// Measures row after row, and prints all of them at the end.
class GpuTable {
 public:
  GpuTable(const BenchRequest& request, const pipeline::Setup& setup, std::vector<GrayImage> frames)
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
               name_of(precision_of(request.setup)),
               session_.conditions().power_meter);
  }

  const DeviceBench& bench() const { return bench_; }
  std::vector<int> batches() const { return batches_of(request_, pipeline::kMaxGpuBatchFrames); }

  void add(const DeviceFigures& figures) {
    const BenchRow& row = rows_.emplace_back(row_of(figures));
    // The table comes at the end; this line is a sign of life.
    std::fprintf(
        stderr, "%s, batch %d: %.0f images/s\n", row.stage.c_str(), row.batch, row.images_per_s);
  }

  /// The table with the study's columns, what limits it, the files.
  void finish(const std::string& command, std::vector<Column> study_columns) {
    std::vector<Column> columns = {stage(),
                                   count("batch", &BenchRow::batch),
                                   figure("images/s", &BenchRow::images_per_s, 0),
                                   figure("host ms", &BenchRow::host_ms, 4),
                                   figure("upload", &BenchRow::upload_ms, 4),
                                   figure("device", &BenchRow::device_ms, 4),
                                   figure("download", &BenchRow::download_ms, 4),
                                   figure("p50 ms", &BenchRow::ms_p50, 4),
                                   figure("p95", &BenchRow::ms_p95, 4),
                                   figure("p99", &BenchRow::ms_p99, 4),
                                   figure("W", &BenchRow::watts, 1),
                                   figure("J/image", &BenchRow::joules_per_image, 7)};
    std::ranges::move(study_columns, std::back_inserter(columns));
    table_of(columns, rows_).print();
    fmt::print(
        "times per batch; the parts are those of one batch alone; images/s with overlapped "
        "batches\n");
    nlohmann::ordered_json object = bench_json(command, session_.conditions(), rows_);
    object["machine"]["gpu"] = setup_.device;
    print_upload_bound(object);
    print_study_source();
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
    row.precision = name_of(precision_of(request_.setup));
    row.landmarks = figures.stage.starts_with("whole_frame")
                        ? pipeline::number_of(request_.setup.landmarks)
                        : 0;
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
    set_energy(figures.joules.value_or(kAbsent), session_.conditions(), row);
    return row;
  }

  /// The upload rate, and what fraction of it the whole frame reaches.
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
    fmt::print("uploads: {:.1f} GB/s, a limit of {:.0f} frames/s",
               1e-9 * bytes * max_frames_per_s,
               max_frames_per_s);
    if (whole > 0.0) fmt::print("; reached: {:.0f} %", 100.0 * whole / max_frames_per_s);
    fmt::print("\n");
  }

  const BenchRequest& request_;
  const pipeline::Setup& setup_;
  BenchSession session_;
  DeviceBench bench_;
  std::vector<BenchRow> rows_;
};

}  // namespace

void bench_gpu_detector(const BenchRequest& request,
                        const pipeline::Setup& setup,
                        std::vector<GrayImage> frames) {
  GpuTable table(request, setup, std::move(frames));
  for (const int batch : table.batches()) {
    table.add(table.bench().resident(batch));
    table.add(table.bench().overlapped(Work::Faces, batch));
  }
  table.finish("bench detector",
               {study("v100 im/s", "detector", "v100", "images_per_s", 0),
                study("v100 ms/im", "detector", "v100", "ms_per_image", 4)});
}

void bench_gpu_latency(const BenchRequest& request,
                       const pipeline::Setup& setup,
                       std::vector<GrayImage> frames) {
  GpuTable table(request, setup, std::move(frames));
  for (const int batch : table.batches()) {
    table.add(table.bench().latency(Work::Faces, batch));
    table.add(table.bench().latency(Work::WholeFrame, batch));
  }
  table.finish("bench latency",
               {study("v100 ms", "latency", "v100", "latency_ms", 3),
                study("v100 im/s/W", "latency", "v100", "images_per_s_per_w", 2)});
}

void bench_gpu_pipeline(const BenchRequest& request,
                        const pipeline::Setup& setup,
                        std::vector<GrayImage> frames) {
  GpuTable table(request, setup, std::move(frames));
  for (const int batch : table.batches()) {
    table.add(table.bench().overlapped(Work::WholeFrame, batch));
    table.add(table.bench().recording(batch));
  }
  table.finish("bench pipeline", {});
  print_study_pipeline(pipeline::number_of(request.setup.landmarks));
}

}  // namespace eyelid::speed
