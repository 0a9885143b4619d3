// SPDX-License-Identifier: MIT
#include "eyelid/evaluation/compare_files.hpp"

#include "eyelid/tables/frames_csv.hpp"
#include "eyelid/tables/truth_csv.hpp"

namespace eyelid::evaluation {
namespace {

evaluation::ClosureTrace read_truth(const std::filesystem::path& path) {
  evaluation::ClosureTrace trace{path.string(), {}};
  tables::TruthCsvReader reader(path);
  for (tables::TruthRow row; reader.next(row);) {
    trace.rows.push_back({row.frame, row.time_s, row.fec});
  }
  return trace;
}

evaluation::ClosureTrace read_frames(const std::filesystem::path& path) {
  evaluation::ClosureTrace trace{path.string(), {}};
  tables::FramesCsvReader reader(path);
  for (EyelidSample sample; reader.next(sample);) {
    trace.rows.push_back({sample.frame, sample.time_s, sample.fec});
  }
  return trace;
}

}  // namespace

evaluation::ClosureComparison compare_closure_files(const std::filesystem::path& truth_csv,
                                                    const std::filesystem::path& frames_csv) {
  return evaluation::compare_closure(read_truth(truth_csv), read_frames(frames_csv));
}

}  // namespace eyelid::evaluation
