// SPDX-License-Identifier: MIT
#include "studies/ipu/training_step.hpp"

#include <algorithm>
#include <cmath>

namespace eyelid::ipu {
namespace {

/// Adds what lies around the convolutions of a step.
class StepBuilder {
 public:
  StepBuilder(const Chip& chip, const ConvolutionLayer& layer, Precision precision)
      : chip_(chip), precision_(precision), bytes_(bytes_of(precision)) {
    const Convolution& c = layer.forward;
    weights_ = 1.0 * c.groups * c.inputs * c.outputs * c.kernel[0] * c.kernel[1];
    channels_ = 1.0 * c.groups * c.outputs;
    outputs_ = channels_ * c.batch * c.output_size(0) * c.output_size(1);
  }

  void add(const Plan& plan, const std::string& pass) {
    for (Phase phase : plan.phases) {
      phase.name = pass + ": " + phase.name;
      phases_.push_back(phase);
    }
  }

  void add_bias(const Plan& forward) {
    // Every tile that holds results of a channel gets its bias.
    const double on_tile = per_tile(outputs_, forward.tiles);
    const double biases = std::min(channels_, on_tile);
    superstep("forward: add bias",
              biases * bytes_,
              elementwise_cycles(chip_, on_tile, 1, precision_),
              forward.tiles);
  }

  /// Input and output channels change places: every element moves, two at a time at best.
  void turn_weights(const Plan& backward) {
    const double on_tile = per_tile(weights_, backward.tiles);
    superstep("backward: turn weights", on_tile * bytes_, on_tile * 5.0 / 4.0, backward.tiles);
  }

  void update_weights(const Plan& forward) {
    const double on_tile = per_tile(weights_, forward.tiles);
    superstep("weight update: add to weights",
              on_tile * bytes_,
              elementwise_cycles(chip_, on_tile, 2, precision_),
              forward.tiles);
  }

  /// The gradient of the bias is the sum of the deltas over batch and field: on every tile first,
  /// then across tiles in stages. Activations lie in blocks of the vertex's channels, so that a
  /// tile holds few of them.
  void update_bias(const Plan& backward) {
    const double deltas = per_tile(outputs_, backward.tiles);
    const double block = backward.vertex.inputs_per_group * backward.vertex.groups_per_group;
    const double sums = std::min({channels_, deltas, block});
    superstep(
        "weight update: sum deltas",
        0.0,
        reduce_cycles(chip_, sums, static_cast<int>(std::ceil(deltas / sums)), Precision::F32),
        backward.tiles);
    double remaining = std::ceil(sums * backward.tiles / channels_);
    for (const int factor : reduction_stages(static_cast<int>(remaining))) {
      remaining = std::ceil(remaining / factor);
      const double columns = per_tile(channels_ * remaining, chip_.tiles);
      superstep("weight update: sum deltas across tiles",
                columns * factor * 4.0,
                reduce_cycles(chip_, columns, factor, precision_),
                chip_.tiles);
    }
    const double columns = per_tile(channels_, chip_.tiles);
    superstep("weight update: add to bias",
              columns * bytes_,
              elementwise_cycles(chip_, columns, 2, precision_),
              chip_.tiles);
  }

  std::vector<Phase> take() { return std::move(phases_); }

 private:
  static double per_tile(double elements, int tiles) { return std::ceil(elements / tiles); }

  void superstep(const char* name, double exchanged_bytes, double compute, int tiles) {
    phases_.push_back({name,
                       static_cast<double>(chip_.sync_cycles),
                       exchanged_bytes / chip_.exchange_bytes_per_cycle,
                       compute,
                       tiles});
  }

  const Chip& chip_;
  Precision precision_;
  double bytes_;
  double weights_, channels_, outputs_;
  std::vector<Phase> phases_;
};

}  // namespace

TrainingStep plan_training_step(const Chip& chip,
                                const ConvolutionLayer& layer,
                                Precision precision) {
  const auto plan = [&](Pass pass, const Convolution& convolution) {
    PlanRequest request;
    request.convolution = convolution;
    request.pass = pass;
    request.precision = precision;
    request.is_training = true;
    request.is_fully_connected = layer.is_fully_connected();
    return plan_convolution(chip, request);
  };
  TrainingStep step{plan(Pass::Forward, layer.forward),
                    plan(Pass::Backward, layer.backward()),
                    plan(Pass::WeightUpdate, layer.weight_update()),
                    {},
                    0.0};
  StepBuilder builder(chip, layer, precision);
  builder.add(step.forward, "forward");
  builder.add_bias(step.forward);
  if (!layer.is_fully_connected()) builder.turn_weights(step.backward);
  builder.add(step.backward, "backward");
  builder.add(step.weight_update, "weight update");
  builder.update_weights(step.forward);
  builder.update_bias(step.backward);
  step.phases = builder.take();
  step.cycles = sum_of(step.phases).total();
  return step;
}

}  // namespace eyelid::ipu
