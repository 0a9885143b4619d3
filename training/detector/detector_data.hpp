// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "eyelid/networks/blazeface_weights.hpp"
#include "training/detector/training_sample.hpp"

namespace CLI {
class App;
}

namespace eyelid::training {

/// How well weights do on scenes that are not trained on, at one threshold.
struct HeldOutFigures {
  int faces = 0;             // annotated, not ignored
  int found = 0;             // of those
  int false_detections = 0;  // that touch no ignored face
  double eye_error = 0.0;    // mean distance of the eye keypoints over the eye distance

  double recall() const { return faces == 0 ? 0.0 : static_cast<double>(found) / faces; }
  double precision() const {
    const int all = found + false_detections;
    return all == 0 ? 0.0 : static_cast<double>(found) / all;
  }
};

/// Runs the weights on held-out scenes. Called between two steps, from one thread at a time; the
/// same weights give the same figures.
using HeldOutEvaluation = std::function<HeldOutFigures(const networks::BlazeFaceWeights&)>;

/// What a training run learns from.
struct DetectorData {
  std::shared_ptr<const SampleSource> source;
  HeldOutEvaluation evaluate;         // may be empty
  std::vector<std::string> problems;  // skipped pictures and labels, one sentence each
  std::string description;            // for the model file: data sets and number of pictures
  std::string license;                // of weights trained on it
};

/// Where the options of a kind of data meet the command: declares them on `command` and returns
/// what opens the data once the command line is read (seed: of the run). InputError from there.
using OpenDetectorData = std::function<DetectorData(std::uint64_t seed)>;
OpenDetectorData add_detector_data_options(CLI::App& command);

}  // namespace eyelid::training
