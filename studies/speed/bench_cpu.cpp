// SPDX-License-Identifier: MIT
#include "studies/speed/bench_cpu.hpp"

#include <barrier>
#include <chrono>
#include <thread>

#include "eyelid/closure/causal_closure.hpp"
#include "eyelid/detection/subject_selection.hpp"
#include "eyelid/pipeline/frame_measurer.hpp"

namespace eyelid::speed {
namespace {

using Clock = std::chrono::steady_clock;
// Gray stem, blocks and scores of BlazeFace front; boxes only where there is a face.
constexpr double kNetworkMacs = 24.54e6;
constexpr std::array<const char*, 4> kParts = {
    "pre_processing", "detection", "post_processing", "landmarks_ear"};

const char* name_of(CpuStage stage) {
  switch (stage) {
    case CpuStage::Detector:
      return "detector";
    case CpuStage::Landmarks:
      return "landmarks";
    case CpuStage::WholeFrame:
      return "whole_frame";
  }
  return "";
}

}  // namespace

struct CpuBench::Worker {
  pipeline::FrameMeasurer measurer;
  std::vector<FaceBox> faces = {};
  closure::CausalClosure closure{std::nullopt};
  float sum = 0.0f;  // of every result, so that none is optimized away
};

CpuBench::CpuBench(const BenchSession& session,
                   const pipeline::Setup& setup,
                   compute::Precision precision,
                   int threads)
    : session_(session), setup_(setup), precision_(precision), team_(threads) {
  for (int i = 0; i < threads; ++i) {
    workers_.push_back(std::make_unique<Worker>(Worker{
        pipeline::FrameMeasurer(setup.detector->clone(), setup.models, setup.tracker.points)}));
  }
  for (const GrayImage& frame : session.frames()) {
    workers_[0]->measurer.detect(frame, workers_[0]->faces);
    boxes_.push_back(detection::nearest_or_largest(workers_[0]->faces, std::nullopt));
  }
  for (std::size_t i = 0; i < kParts.size(); ++i) {
    clocks_[i] = std::make_unique<pipeline::StageClock>(kParts[i]);
  }
}

CpuBench::~CpuBench() = default;

void CpuBench::do_frame(CpuStage stage, Worker& worker, std::size_t index) {
  const GrayImage& frame = session_.frames()[index % session_.frames().size()];
  std::optional<FaceBox> face = boxes_[index % boxes_.size()];
  if (stage != CpuStage::Landmarks) {
    worker.measurer.detect(frame, worker.faces);
    face = detection::nearest_or_largest(worker.faces, std::nullopt);
    if (face) worker.sum += face->box.x;
    if (const auto steps = worker.measurer.detector().last_steps()) {
      clocks_[0]->add(steps->pre_processing);
      clocks_[1]->add(steps->network);
      clocks_[2]->add(steps->post_processing);
    }
  }
  if (stage == CpuStage::Detector || !face) return;
  const pipeline::StageTimer timer(clocks_[3].get());
  const FrameMeasurement measured = worker.measurer.locate(frame, face);
  worker.sum += worker.closure.next(measured.ear).mean;
}

BatchRunner CpuBench::describe(CpuStage stage) const {
  BatchRunner runner;
  runner.row.stage = name_of(stage);
  const bool has_network = stage != CpuStage::Landmarks;
  if (has_network) runner.row.precision = name_of(precision_);
  runner.row.threads = team_.threads();
  if (stage != CpuStage::Detector)
    runner.row.landmarks = pipeline::number_of(setup_.tracker.points);
  runner.precision = precision_;
  const bool is_counted = setup_.detector->name() == "blazeface";
  if (has_network && is_counted) runner.macs_per_image = kNetworkMacs;
  const GrayImage& frame = session_.frames()[0];
  if (has_network) runner.bytes_per_image = static_cast<double>(frame.width()) * frame.height();
  return runner;
}

BatchRunner CpuBench::batches(CpuStage stage) {
  BatchRunner runner = describe(stage);
  runner.run = [this, stage](std::size_t first, std::size_t count) {
    team_.run(count, [&](int worker, std::size_t item) {
      do_frame(stage, *workers_[static_cast<std::size_t>(worker)], first + item);
    });
  };
  return runner;
}

BenchRow CpuBench::measure_streams(CpuStage stage, int images_per_thread) {
  const auto images = static_cast<std::size_t>(images_per_thread);
  std::vector<std::vector<double>> call_ms(workers_.size());
  std::barrier ready(static_cast<std::ptrdiff_t>(workers_.size()) + 1);
  std::vector<std::jthread> threads;
  for (std::size_t t = 0; t < workers_.size(); ++t) {
    threads.emplace_back([&, t] {
      call_ms[t].reserve(images);
      for (std::size_t i = 0; i < 64; ++i) do_frame(stage, *workers_[t], i);
      ready.arrive_and_wait();  // warm
      ready.arrive_and_wait();  // the meter runs
      Clock::time_point last = Clock::now();
      for (std::size_t i = 0; i < images; ++i) {
        do_frame(stage, *workers_[t], i + t * 17);
        const Clock::time_point now = Clock::now();
        call_ms[t].push_back(std::chrono::duration<double, std::milli>(now - last).count());
        last = now;
      }
    });
  }
  ready.arrive_and_wait();
  for (auto& clock : clocks_) {
    clock = std::make_unique<pipeline::StageClock>(clock->summary().stage);
  }
  const auto total = static_cast<std::int64_t>(images * workers_.size());
  return measure_run(describe(stage), session_, 1, team_.threads(), total, [&] {
    ready.arrive_and_wait();
    threads.clear();
    std::vector<double> all;
    for (const std::vector<double>& ms : call_ms) all.insert(all.end(), ms.begin(), ms.end());
    return all;
  });
}

std::vector<BenchRow> CpuBench::parts() {
  std::vector<BenchRow> rows;
  const double peak_gmacs = kernels::dot_peak_gmacs(precision_, 1);
  for (auto& clock : clocks_) {
    const StageTime time = clock->summary();
    clock = std::make_unique<pipeline::StageClock>(time.stage);
    if (time.calls == 0) continue;
    const bool is_landmarks = time.stage == kParts[3];
    const BatchRunner runner = describe(is_landmarks ? CpuStage::Landmarks : CpuStage::Detector);
    BenchRow row = runner.row;
    row.stage = time.stage;
    row.images = time.calls;
    row.ms_per_image = time.mean_ms;  // of one thread: others work at the same time
    row.ms_p50 = time.p50_ms;
    row.ms_p95 = time.p95_ms;
    row.ms_p99 = time.p99_ms;
    if (time.stage == kParts[1] && runner.macs_per_image > 0.0 && peak_gmacs > 0.0) {
      row.fma_peak_fraction = runner.macs_per_image / (time.p50_ms * 1e6) / peak_gmacs;
    }
    rows.push_back(row);
  }
  return rows;
}

}  // namespace eyelid::speed
