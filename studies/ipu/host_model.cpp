// SPDX-License-Identifier: MIT
#include "studies/ipu/host_model.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "eyelid/core/error.hpp"

namespace eyelid::ipu {
namespace {

/// One stream copy of a few bytes, begin to end, on real hardware: 163k cycles (Graphcore's
/// lightweight profiling tutorial). Two per step; contained in HostConstants::call_ms.
constexpr double kHandshake_ms = 0.123;
constexpr double kHandshakes_ms = 2 * kHandshake_ms;
/// Batches in TensorFlow's queues before a producer waits (poplar_executor.cc).
constexpr int kQueueCapacity = 32;

/// Bytes that pass between I/O tiles and compute tiles in one step, as milliseconds of exchange.
double io_exchange_ms(const Chip& chip, const StreamOptions& options) {
  const double bytes = options.batch * (options.bytes.input + options.bytes.output);
  return chip.milliseconds(bytes / (options.num_io_tiles * chip.exchange_bytes_per_cycle));
}

class EventModel {
 public:
  EventModel(const Chip& chip,
             const HostConstants& constants,
             const StreamOptions& options,
             double device_ms)
      : options_(options), device_ms_(device_ms) {
    uses_io_tiles_ =
        options.num_io_tiles > 0 && options.batch <= io_tile_batch_limit(chip, options);
    const double batch = options.batch;
    const double in_scale = options.bytes.input / options.study_bytes.input;
    const double out_scale = options.bytes.output / options.study_bytes.output;
    call_ms_ = constants.call_ms - kHandshakes_ms -
               (uses_io_tiles_ ? constants.io_tiles_call_saving_ms : 0.0);
    call_images_ms_ = batch * constants.call_image_ms * in_scale;
    infeed_ms_ = batch * constants.infeed_copy_ms * in_scale;
    outfeed_ms_ = batch * out_scale *
                  (constants.image_ms - constants.infeed_copy_ms - constants.call_image_ms);
    receive_ms_ = batch * options.bytes.input / chip.host_bytes_per_second * 1e3;
    send_ms_ = batch * options.bytes.output / chip.host_bytes_per_second * 1e3;
    if (uses_io_tiles_) device_ms_ += io_exchange_ms(chip, options);
    is_prefetching_ = uses_io_tiles_ && options.prefetch_depth >= 2;
  }

  StreamRun run() {
    const int steps_per_call = options_.steps_per_execution;
    // Enough steps for the queues to fill and the slowest activity to set the pace.
    const int calls = std::max(8, 16 * kQueueCapacity / steps_per_call + 2);
    for (int call = 0; call < calls; call++) run_call(call);
    StreamRun result;
    result.io_tiles_used = uses_io_tiles_;
    // The second half: queues have filled by then.
    const int half = calls / 2;
    const auto before = static_cast<std::size_t>(half * steps_per_call - 1);
    result.step_ms =
        (results_taken_.back() - results_taken_[before]) / ((calls - half) * steps_per_call);
    result.latency_ms = latency_ms_;
    result.images_per_second = options_.batch / result.step_ms * 1e3;
    result.device_ms = device_ms_;
    result.device_share = device_ms_ / result.step_ms;
    const int first = half * steps_per_call,
              last = first + std::max(3, std::min(steps_per_call, 6));
    for (const Activity& activity : activities_) {
      if (activity.step >= first && activity.step < last) result.activities.push_back(activity);
    }
    return result;
  }

 private:
  double record(const char* lane, const char* name, int step, double begin, double duration) {
    if (duration > 0.0) activities_.push_back({lane, name, step, begin, begin + duration});
    return begin + duration;
  }

  void run_call(int call) {
    const int steps_per_call = options_.steps_per_execution;
    const double begin = python_free_;
    double now = record("Python", "call", call * steps_per_call, begin, call_ms_);
    double last_result = now;
    for (int i = 0; i < steps_per_call; i++) {
      const int step = call * steps_per_call + i;
      now = record("Python", "feed images", step, now, call_images_ms_);
      const double on_device = run_on_device(step, now);
      last_result = take_results(step, on_device);
      // The loop on the device continues while the results are received; without asynchronous
      // callbacks they are taken after it.
      now = on_device;
    }
    if (!options_.asynchronous_callbacks) now = std::max(now, last_result);
    latency_ms_ = last_result - begin;
    python_free_ = now;
  }

  /// Fills the stream buffer of this step: on demand, or ahead as far as the prefetch depth allows.
  double infeed_done(int step, double requested) {
    double begin = std::max(infeed_free_, requested);
    if (is_prefetching_) {
      const auto ahead = static_cast<std::size_t>(std::max(0, step - options_.prefetch_depth));
      begin = std::max(infeed_free_, step < options_.prefetch_depth ? 0.0 : taken_[ahead]);
    }
    infeed_free_ = record("infeed callback", "copy batch", step, begin, infeed_ms_);
    return infeed_free_;
  }

  double run_on_device(int step, double requested) {
    const double batch_ready = infeed_done(step, requested);
    double received;
    if (is_prefetching_) {
      // Onto the I/O tiles, while the others compute.
      received = link_free_ =
          record("link", "receive", step, std::max(batch_ready, link_free_), receive_ms_);
    } else {
      received = record("link", "receive", step, std::max(batch_ready, device_free_), receive_ms_);
    }
    double begin = std::max({received, requested, device_free_});
    // The queue of results is finite: the stream waits until there is room.
    if (step >= kQueueCapacity) {
      begin = std::max(begin, results_taken_[static_cast<std::size_t>(step - kQueueCapacity)]);
    }
    double now = record("chip", "handshake", step, begin, kHandshakes_ms);
    taken_.push_back(now);
    now = record("chip", "compute", step, now, device_ms_);
    device_free_ = now;
    const double sent = record("link", "send", step, now, send_ms_);
    if (!is_prefetching_) device_free_ = sent;
    return sent;
  }

  /// Outfeed copy, then the copy into Python's arrays: two threads when asynchronous, else one
  /// after the other.
  double take_results(int step, double on_host) {
    const double half = outfeed_ms_ / 2.0;
    double& first = options_.asynchronous_callbacks ? outfeed_free_ : dequeue_free_;
    first = record("outfeed callback", "copy results", step, std::max(first, on_host), half);
    dequeue_free_ = record(options_.asynchronous_callbacks ? "polling thread" : "Python",
                           "dequeue",
                           step,
                           std::max(dequeue_free_, first),
                           half);
    results_taken_.push_back(dequeue_free_);
    return dequeue_free_;
  }

  StreamOptions options_;
  double device_ms_;
  bool uses_io_tiles_ = false;
  bool is_prefetching_ = false;
  double call_ms_ = 0.0, call_images_ms_ = 0.0, infeed_ms_ = 0.0, outfeed_ms_ = 0.0;
  double receive_ms_ = 0.0, send_ms_ = 0.0;
  double python_free_ = 0.0, infeed_free_ = 0.0, link_free_ = 0.0, device_free_ = 0.0;
  double outfeed_free_ = 0.0, dequeue_free_ = 0.0, latency_ms_ = 0.0;
  std::vector<double> taken_, results_taken_;
  std::vector<Activity> activities_;
};

}  // namespace

HostConstants host_constants(std::string_view chip) {
  const auto json = nlohmann::json::parse(embedded_text("host.json"));
  return {json.at("call_ms").at(std::string(chip)),
          json.at("io_tiles_call_saving_ms"),
          json.at("image_ms"),
          json.at("infeed_copy_ms"),
          json.at("call_image_ms")};
}

int io_tile_batch_limit(const Chip& chip, const StreamOptions& options) {
  const double memory =
      1.0 * options.num_io_tiles * chip.memory_bytes_per_tile * options.available_memory_proportion;
  const double image = options.bytes.input + options.bytes.output;
  // The placer drops the tiles when the bytes reach the memory, not only when they exceed it.
  return static_cast<int>(std::ceil(memory / image)) - 1;
}

StreamRun run_streams(const Chip& chip,
                      const HostConstants& constants,
                      const StreamOptions& options,
                      double device_ms) {
  EYELID_EXPECTS(options.batch > 0 && options.prefetch_depth > 0);
  EYELID_EXPECTS(options.steps_per_execution > 0);
  EYELID_EXPECTS(options.study_bytes.input > 0.0 && options.study_bytes.output > 0.0);
  return EventModel(chip, constants, options, device_ms).run();
}

}  // namespace eyelid::ipu
