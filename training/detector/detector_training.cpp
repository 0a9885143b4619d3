// SPDX-License-Identifier: MIT
#include "training/detector/detector_training.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "eyelid/core/error.hpp"
#include "eyelid/core/stopwatch.hpp"
#include "eyelid/files/folder.hpp"
#include "eyelid/model_files/model_file.hpp"
#include "training/detector/checkpoint.hpp"
#include "training/detector/loss_curve.hpp"
#include "training/detector/sample_loader.hpp"
#include "training/detector/training_step.hpp"

namespace eyelid::training {
namespace {

/// What must be the same for a checkpoint to go on; threads and reporting may change.
std::string settings_of(const DetectorTrainingOptions& o, const DetectorData& data) {
  const LossOptions& l = o.loss;
  const OptimizerOptions& p = o.optimizer;
  return fmt::format(
      "samples {} batch {} seed {} data {} loss {} {} {} {} {} {} {} {} optimizer {} {} {} {} {} "
      "{} "
      "{} {} {} start {}",
      o.samples,
      o.batch_size,
      o.seed,
      data.description,
      static_cast<int>(l.classification),
      l.focal_gamma,
      l.focal_alpha,
      l.negatives_per_positive,
      l.regression_weight,
      l.eye_weight,
      l.smooth_l1_beta,
      l.distillation_weight,
      p.learning_rate,
      p.weight_decay,
      p.beta_1,
      p.beta_2,
      p.epsilon,
      p.gradient_clip,
      p.average_decay,
      p.warm_up_steps,
      p.cosine_share,
      o.start_from.string());
}

std::string duration_text(double seconds) {
  const auto all = static_cast<std::int64_t>(seconds);
  return fmt::format("{}:{:02}:{:02}", all / 3600, all / 60 % 60, all % 60);
}

void check_folder(const DetectorTrainingOptions& options) {
  files::create_folder(options.folder);
  const auto checkpoint = options.folder / "checkpoint.safetensors";
  if (!options.resume && std::filesystem::exists(checkpoint)) {
    throw InputError(checkpoint.string() +
                     ": belongs to an earlier run; expected --resume, or another folder");
  }
}

class Training {
 public:
  Training(const DetectorTrainingOptions& options, const DetectorData& data)
      : options_(options),
        data_(data),
        settings_(settings_of(options, data)),
        checkpoint_(options.folder / "checkpoint.safetensors"),
        step_count_((options.samples + options.batch_size - 1) / options.batch_size),
        network_(options.seed, options.kernels, torch::Device(options.device), options.threads),
        optimizer_(network_, options.optimizer),
        step_(network_, options.loss, options.batch_size, options.threads) {
    if (options.resume && std::filesystem::exists(checkpoint_)) {
      read_checkpoint(checkpoint_, network_, optimizer_, settings_);
      options.report(fmt::format("resuming after {} samples", samples_done()));
    } else if (!options.start_from.empty()) {
      read_averages(options.start_from, network_, optimizer_);
    }
  }

  DetectorTrainingResult run();

 private:
  std::int64_t samples_done() const { return optimizer_.steps_done() * options_.batch_size; }
  bool must_stop() const { return options_.stop != nullptr && options_.stop->load(); }
  bool is_done() const { return optimizer_.steps_done() >= step_count_; }

  LossParts step(const SampleBatch& batch);
  void report_row(LossCurve& curve, CurveRow row, bool evaluates);
  networks::BlazeFaceWeights weights();
  void write_model();
  void save(bool is_last);

  const DetectorTrainingOptions& options_;
  const DetectorData& data_;
  std::string settings_;
  std::filesystem::path checkpoint_;
  std::int64_t step_count_;
  DetectorNetwork network_;
  Optimizer optimizer_;
  TrainingStep step_;
  Stopwatch stopwatch_;
  std::int64_t first_step_ = 0;
};

LossParts Training::step(const SampleBatch& batch) {
  const LossParts parts = step_.run(batch);
  if (!std::isfinite(parts.total())) {
    throw InputError(
        fmt::format("the loss is not finite after {} samples; expected finite pictures and "
                    "labels, or a lower --learning-rate",
                    samples_done()));
  }
  optimizer_.step(step_count_);
  return parts;
}

networks::BlazeFaceWeights Training::weights() {
  auto weights = folded_weights(numbers_of(optimizer_.average_parameters()),
                                numbers_of(optimizer_.average_statistics()));
  weights.name = options_.model_name;
  weights.version = options_.model_version;
  weights.license = data_.license;
  weights.training_data = fmt::format("{}; {} samples, seed {}; {}",
                                      data_.description,
                                      samples_done(),
                                      options_.seed,
                                      options_.command);
  return weights;
}

void Training::write_model() {
  model_files::write_model_file(options_.folder / "blazeface_gray.safetensors",
                                networks::blazeface_to_safetensors(weights()));
}

void Training::save(bool is_last) {
  try {
    write_checkpoint(checkpoint_, network_, optimizer_, settings_);
    write_model();
  } catch (const InputError& error) {
    // A full disk may be emptied before the run ends; the last checkpoint is still there.
    if (is_last) throw;
    options_.report(std::string("no checkpoint this time: ") + error.what());
  }
}

void Training::report_row(LossCurve& curve, CurveRow row, bool evaluates) {
  const auto steps = static_cast<double>(optimizer_.steps_done() - first_step_);
  const double rate = steps * options_.batch_size / stopwatch_.seconds();
  const double left =
      static_cast<double>((step_count_ - optimizer_.steps_done()) * options_.batch_size) / rate;
  if (evaluates && data_.evaluate) row.held_out = data_.evaluate(weights());
  std::string line = fmt::format(
      "{:>8} samples  loss {:.4f} (score {:.4f}, box {:.4f}, teacher {:.4f})  {:.0f}/s  {} left",
      row.samples,
      row.loss.total(),
      row.loss.classification,
      row.loss.regression,
      row.loss.distillation,
      row.samples_per_s,
      duration_text(left));
  if (row.held_out) {
    line += fmt::format("  held out {}/{} recall {:.3f} precision {:.3f} eyes {:.3f}",
                        row.held_out->found,
                        row.held_out->faces,
                        row.held_out->recall(),
                        row.held_out->precision(),
                        row.held_out->eye_error);
  }
  options_.report(line);
  try {
    curve.add(row);
  } catch (const InputError& error) {
    options_.report(std::string("no curve this time: ") + error.what());
  }
}

DetectorTrainingResult Training::run() {
  LossCurve curve(options_.folder, samples_done());
  SampleLoader::Options loading;
  loading.batch_size = options_.batch_size;
  loading.first_sample = static_cast<std::uint64_t>(samples_done());
  loading.end_sample = static_cast<std::uint64_t>(std::max(step_count_, optimizer_.steps_done()) *
                                                  options_.batch_size);
  loading.threads = options_.loader_threads;
  loading.batches_ahead = options_.batches_ahead;
  SampleLoader loader(data_.source, loading);
  first_step_ = optimizer_.steps_done();
  stopwatch_ = {};
  Stopwatch since_saved, since_row;
  LossParts sums;
  std::int64_t steps_in_row = 0;
  std::int64_t next_evaluation =
      options_.held_out_samples == 0
          ? options_.samples
          : (samples_done() / options_.held_out_samples + 1) * options_.held_out_samples;
  while (const SampleBatch* batch = must_stop() ? nullptr : loader.next()) {
    const double rate = learning_rate(options_.optimizer, optimizer_.steps_done(), step_count_);
    const LossParts parts = step(*batch);
    sums.classification += parts.classification;
    sums.regression += parts.regression;
    sums.distillation += parts.distillation;
    sums.positives += parts.positives;
    steps_in_row++;
    const bool evaluates = is_done() || samples_done() >= next_evaluation;
    if (evaluates || optimizer_.steps_done() % options_.steps_per_row == 0) {
      const auto steps = static_cast<double>(steps_in_row);
      CurveRow row{samples_done(), sums, rate, 0.0, std::nullopt};
      for (double* part : {&row.loss.classification,
                           &row.loss.regression,
                           &row.loss.distillation,
                           &row.loss.positives}) {
        *part /= steps;
      }
      row.samples_per_s = steps * options_.batch_size / since_row.seconds();
      report_row(curve, row, evaluates);
      if (evaluates && options_.held_out_samples > 0) next_evaluation += options_.held_out_samples;
      sums = {};
      steps_in_row = 0;
      since_row = {};
    }
    if (since_saved.seconds() > 60.0 * options_.checkpoint_minutes) {
      save(false);
      since_saved = {};
    }
  }
  save(true);
  return {is_done(), samples_done(), weights()};
}

}  // namespace

DetectorTrainingResult train_detector(const DetectorTrainingOptions& options,
                                      const DetectorData& data) {
  EYELID_EXPECTS(data.source != nullptr && options.samples > 0 && options.batch_size > 0);
  EYELID_EXPECTS(options.threads > 0 && options.loader_threads > 0);
  check_folder(options);
  for (const std::string& problem : data.problems) options.report("skipped: " + problem);
  options.report("data: " + data.description);
  use_threads_of_torch(options.kernels, options.threads);
  return Training(options, data).run();
}

}  // namespace eyelid::training
