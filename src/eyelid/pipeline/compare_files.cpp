// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/compare_files.hpp"

#include "eyelid/output/frames_csv.hpp"
#include "eyelid/output/truth_csv.hpp"

namespace eyelid::pipeline {
namespace {

closure::ClosureTrace read_truth(const std::filesystem::path& path) {
  closure::ClosureTrace trace{path.string(), {}};
  output::TruthCsvReader reader(path);
  for (output::TruthRow row; reader.next(row);) {
    trace.rows.push_back({row.frame, row.time_s, row.fec_right, row.fec_left});
  }
  return trace;
}

closure::ClosureTrace read_frames(const std::filesystem::path& path) {
  closure::ClosureTrace trace{path.string(), {}};
  output::FramesCsvReader reader(path);
  for (EyelidSample sample; reader.next(sample);) {
    trace.rows.push_back({sample.frame, sample.time_s, sample.fec_right, sample.fec_left});
  }
  return trace;
}

}  // namespace

closure::ClosureComparison compare_closure_files(const std::filesystem::path& truth_csv,
                                                 const std::filesystem::path& frames_csv) {
  return closure::compare_closure(read_truth(truth_csv), read_frames(frames_csv));
}

}  // namespace eyelid::pipeline
