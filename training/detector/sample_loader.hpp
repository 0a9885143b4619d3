// SPDX-License-Identifier: MIT
#pragma once

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "training/detector/anchor_matching.hpp"
#include "training/detector/training_sample.hpp"

namespace eyelid::training {

/// The samples of one step, in order, with what their anchors are to learn.
struct SampleBatch {
  std::vector<TrainingSample> samples;
  std::vector<AnchorAssignment> assignments;
};

/// Makes batches on threads of its own, ahead of their use and in order, in a fixed number of
/// batches of memory.
class SampleLoader {
 public:
  struct Options {
    int batch_size = 48;
    std::uint64_t first_sample = 0;
    std::uint64_t end_sample = 0;  // a multiple of batch_size after first_sample
    int threads = 1;
    int batches_ahead = 4;
  };

  SampleLoader(std::shared_ptr<const SampleSource> source, const Options& options);
  ~SampleLoader();
  SampleLoader(const SampleLoader&) = delete;
  SampleLoader& operator=(const SampleLoader&) = delete;

  /// The next batch, valid until the following call; null at the end. Rethrows what the source
  /// threw.
  const SampleBatch* next();

 private:
  struct Slot {
    SampleBatch batch;
    int done = 0;  // samples
  };
  void work();

  std::shared_ptr<const SampleSource> source_;
  Options options_;
  std::vector<Slot> slots_;
  std::mutex mutex_;
  std::condition_variable space_, filled_;
  std::uint64_t next_sample_ = 0;    // to be made, counted from first_sample
  std::uint64_t given_batches_ = 0;  // handed out
  std::uint64_t sample_count_ = 0;
  bool is_stopping_ = false;
  std::exception_ptr failure_;
  std::vector<std::thread> threads_;
};

}  // namespace eyelid::training
