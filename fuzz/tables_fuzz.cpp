// SPDX-License-Identifier: MIT
// Any bytes as a table: rows or one InputError. The first byte chooses the table.
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

#include "eyelid/core/error.hpp"
#include "eyelid/power/power_meter.hpp"
#include "eyelid/tables/frames_csv.hpp"
#include "eyelid/tables/landmarks_csv.hpp"
#include "eyelid/tables/scores_csv.hpp"
#include "eyelid/tables/trials_csv.hpp"
#include "eyelid/tables/truth_csv.hpp"
#include "file_in_memory.hpp"
#include "studies/ipu/training_step.hpp"

namespace {

namespace tables = eyelid::tables;
using Path = std::filesystem::path;

void trials(const Path& path) { tables::read_trial_table(path); }

void sessions(const Path& path) { tables::read_session_table(path); }

void labels(const Path& path) {
  std::vector<eyelid::TrialScore> scores;
  for (int trial = 1; trial <= 3; ++trial) {
    for (const eyelid::ScoredEye eye : eyelid::kScoredEyes) {
      eyelid::TrialScore& score = scores.emplace_back();
      score.trial.number = trial;
      score.eye = eye;
    }
  }
  tables::apply_labels_csv(path, scores);
}

template <class Reader, class Row>
void rows(const Path& path) {
  Reader reader(path);
  Row row;
  while (reader.next(row)) {
  }
}

void ipu_layers(const Path& path) { eyelid::ipu::read_reference_layers(path); }

void power_samples(const Path& path) {
  const auto meter = eyelid::power::sample_file_meter(path);
  if (!meter) return;
  meter->start();
  meter->stop();
}

constexpr std::array<void (*)(const Path&), 8> kTables = {
    trials,
    sessions,
    labels,
    rows<tables::FramesCsvReader, eyelid::EyelidSample>,
    rows<tables::LandmarksCsvReader, tables::LandmarksRow>,
    rows<tables::TruthCsvReader, tables::TruthRow>,
    ipu_layers,
    power_samples};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1 || size > 100'000) return 0;
  try {
    kTables[data[0] % kTables.size()](eyelid::fuzz::file_in_memory(data + 1, size - 1, ".csv"));
  } catch (const eyelid::InputError&) {
  }
  return 0;
}
