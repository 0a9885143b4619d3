// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "eyelid/evaluation/detector_evaluation.hpp"
#include "eyelid/tables/csv_writer.hpp"

namespace eyelid::evaluation {

/// Shows missed and false detections: a JPEG of every picture with an error, in one folder per
/// detector, and `errors.csv` with one row per error.
///
///   FOLDER/hog/0001_<picture>.jpg      yellow: missed (as annotated); red: false, with its score;
///                                      green: found, with its score; gray: ignored
///   FOLDER/errors.csv                  detector,picture,kind,x,y,width,height,score
///
/// `kind` is `missed` or `false`. False ones are shown even where they do not count, in sets that
/// do not annotate every face; their label then says "?".
class ErrorPictures {
 public:
  /// Creates the folders. `detectors`: names in the order of the evaluation; a repeated one gets a
  /// number. Throws InputError when a folder cannot be created, or already holds one of `inputs`,
  /// which a picture of the same name would replace.
  ErrorPictures(std::filesystem::path folder,
                const std::vector<std::string>& detectors,
                std::span<const std::filesystem::path> inputs = {});

  /// For DetectorEvaluationOptions::on_picture. Throws InputError when a file cannot be written.
  void add(const MarkedDetections& found);
  /// Gives errors.csv its name.
  void finish() { rows_->commit(); }

  std::size_t pictures_written() const { return pictures_written_; }

 private:
  void add_row(const MarkedDetections& found, const char* kind, const Rect& box, float score);

  std::filesystem::path folder_;
  std::vector<std::string> labels_;
  std::vector<std::size_t> counts_;  // pictures of each detector
  std::optional<tables::CsvWriter> rows_;
  std::size_t pictures_written_ = 0;
};

}  // namespace eyelid::evaluation
