// SPDX-License-Identifier: MIT
#include "training/detector/sample_loader.hpp"

#include <algorithm>
#include <utility>

#include "eyelid/core/error.hpp"

namespace eyelid::training {

SampleLoader::SampleLoader(std::shared_ptr<const SampleSource> source, const Options& options)
    : source_(std::move(source)), options_(options) {
  EYELID_EXPECTS(source_ != nullptr && options.batch_size > 0 && options.threads > 0);
  EYELID_EXPECTS(options.first_sample <= options.end_sample && options.batches_ahead > 0);
  sample_count_ = options.end_sample - options.first_sample;
  EYELID_EXPECTS(sample_count_ % static_cast<std::uint64_t>(options.batch_size) == 0);
  const auto size = static_cast<std::size_t>(options.batch_size);
  // One more than ahead: the batch in use.
  slots_.resize(static_cast<std::size_t>(options.batches_ahead) + 1);
  for (Slot& slot : slots_) {
    slot.batch.samples.resize(size);
    slot.batch.assignments.resize(size);
  }
  for (int i = 0; i < options.threads; i++) threads_.emplace_back([this] { work(); });
}

SampleLoader::~SampleLoader() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  space_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

const SampleBatch* SampleLoader::next() {
  std::unique_lock lock(mutex_);
  const auto size = static_cast<std::uint64_t>(options_.batch_size);
  if (given_batches_ * size == sample_count_) return nullptr;
  Slot& slot = slots_[given_batches_ % slots_.size()];
  if (given_batches_ > 0) slots_[(given_batches_ - 1) % slots_.size()].done = 0;
  given_batches_++;
  space_.notify_all();
  filled_.wait(lock, [&] { return failure_ || slot.done == options_.batch_size; });
  if (failure_) std::rethrow_exception(failure_);
  return &slot.batch;
}

void SampleLoader::work() {
  const auto size = static_cast<std::uint64_t>(options_.batch_size);
  std::unique_lock lock(mutex_);
  while (true) {
    // Batches given_batches_ - 1 (in use) and the slots_.size() - 1 after it have memory.
    const auto has_space = [&] {
      const std::uint64_t in_use = given_batches_ == 0 ? 0 : given_batches_ - 1;
      return next_sample_ / size < in_use + slots_.size();
    };
    space_.wait(lock, [&] {
      return is_stopping_ || failure_ || next_sample_ == sample_count_ || has_space();
    });
    if (is_stopping_ || failure_ || next_sample_ == sample_count_) return;
    const std::uint64_t index = next_sample_++;
    Slot& slot = slots_[index / size % slots_.size()];
    lock.unlock();
    std::exception_ptr failure;
    try {
      TrainingSample& sample = slot.batch.samples[index % size];
      source_->make(options_.first_sample + index, sample);
      assign_anchors(sample, slot.batch.assignments[index % size]);
    } catch (...) {
      failure = std::current_exception();
    }
    lock.lock();
    if (failure && !failure_) failure_ = failure;
    slot.done++;
    if (failure_ || slot.done == options_.batch_size) filled_.notify_all();
    if (failure_) space_.notify_all();
  }
}

}  // namespace eyelid::training
