// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "eyelid/pipeline/spin_thread_pool.hpp"
#include "eyelid/pipeline/stage_clock.hpp"
#include "studies/speed/bench_session.hpp"

namespace eyelid::speed {

enum class CpuStage { Detector, Landmarks, WholeFrame };

/// The stages on this processor: whole frames spread over threads, never one frame over several.
class CpuBench {
 public:
  CpuBench(const BenchSession& session,
           const pipeline::Setup& setup,
           compute::Precision precision,
           int threads);
  ~CpuBench();

  /// Batches that all threads share; must not outlive this object.
  BatchRunner batches(CpuStage stage);

  /// Every thread does `images_per_thread` frames of its own, one at a time.
  BenchRow measure_streams(CpuStage stage, int images_per_thread);

  /// Mean times of the parts of whole frames since the last call of this, one row each:
  /// pre_processing, detection, post_processing, landmarks_ear.
  std::vector<BenchRow> parts();

 private:
  struct Worker;
  void do_frame(CpuStage stage, Worker& worker, std::size_t frame);
  BatchRunner describe(CpuStage stage) const;

  const BenchSession& session_;
  const pipeline::Setup& setup_;
  compute::Precision precision_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<std::optional<FaceBox>> boxes_;  // for landmarks alone
  pipeline::SpinThreadPool team_;
  std::array<std::unique_ptr<pipeline::StageClock>, 4> clocks_;
};

}  // namespace eyelid::speed
