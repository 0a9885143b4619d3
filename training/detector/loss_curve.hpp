// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "training/detector/detector_data.hpp"
#include "training/detector/detector_loss.hpp"

namespace eyelid::training {

/// One line of curve.csv: means over the steps since the line before.
struct CurveRow {
  std::int64_t samples = 0;  // done
  LossParts loss;
  double learning_rate = 0.0;
  double samples_per_s = 0.0;
  std::optional<HeldOutFigures> held_out;
};

/// The course of a run: curve.csv and a plot of it, curve.svg.
class LossCurve {
 public:
  /// Continues the file in `folder` up to `samples`; 0 starts again.
  LossCurve(std::filesystem::path folder, std::int64_t samples);

  /// Adds a row and rewrites both files (beside, then renamed).
  void add(const CurveRow& row);
  const std::vector<CurveRow>& rows() const { return rows_; }

 private:
  void read(std::int64_t samples);
  void write() const;

  std::filesystem::path folder_;
  std::vector<CurveRow> rows_;
};

}  // namespace eyelid::training
