// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/imported_trace.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <vector>

#include "eyelid/core/error.hpp"
#include "eyelid/core/eyelid_sample.hpp"
#include "eyelid/core/statistics.hpp"
#include "eyelid/files/json_file.hpp"
#include "eyelid/files/sha256.hpp"
#include "eyelid/tables/frames_csv.hpp"

namespace eyelid::pipeline {
namespace {

OpeningLevels provisional_levels(const std::vector<float>& values, const std::string& name) {
  const std::vector<double> all(values.begin(), values.end());
  const OpeningLevels levels{quantile_of(all, 0.95), quantile_of(all, 0.005)};
  if (!(levels.open > levels.closed)) {
    throw InputError(name + ": the opening does not vary, expected an eye that closes");
  }
  return levels;
}

}  // namespace

OpeningLevels opening_levels_from(const std::string& text) {
  OpeningLevels levels;
  char rest = 0;
  const int read = std::sscanf(text.c_str(), "%lf,%lf%c", &levels.open, &levels.closed, &rest);
  if (read != 2 || !std::isfinite(levels.open) || !std::isfinite(levels.closed) ||
      !(levels.open > levels.closed)) {
    throw InputError(
        "levels " + text +
        ": expected OPEN,CLOSED, the values of the opening with the eye open and shut");
  }
  return levels;
}

void check_import_folder(const std::filesystem::path& folder) {
  std::error_code error;
  for (const char* name : {"session.json", "frames.csv"}) {
    if (!std::filesystem::exists(folder / name, error)) continue;
    const bool is_import = std::filesystem::exists(folder / kImportRecord, error);
    if (is_import && std::string_view(name) != "session.json") continue;
    throw InputError(
        (folder / name).string() +
        ": is not of an imported trace, expected another --out folder for the results");
  }
}

void write_imported_frames(const imports::Trace& trace,
                           const std::optional<OpeningLevels>& levels,
                           const std::filesystem::path& frames,
                           const std::string& name) {
  const bool is_closure = trace.quantity == imports::Quantity::Closure;
  std::array<OpeningLevels, 3> scales;
  for (std::size_t eye = 0; eye < scales.size(); ++eye) {
    if (is_closure || trace.values[eye].empty()) continue;
    scales[eye] = levels ? *levels : provisional_levels(trace.values[eye], name);
  }
  const auto closure = [&](std::size_t eye, std::size_t i) {
    if (trace.values[eye].empty()) return kNotAvailable;
    if (is_closure) return trace.values[eye][i];
    const double value = static_cast<double>(trace.values[eye][i]);
    const OpeningLevels& scale = scales[eye];
    return static_cast<float>((scale.open - value) / (scale.open - scale.closed));
  };
  tables::FramesCsvWriter writer(frames);
  for (std::size_t i = 0; i < trace.time_s.size(); ++i) {
    EyelidSample sample;
    sample.frame = static_cast<std::int64_t>(i);
    sample.time_s = trace.time_s[i];
    if (!trace.clip.empty()) sample.clip = trace.clip[i];
    sample.fec = {closure(0, i), closure(1, i)};
    sample.mean_fec = mean_of_valid(sample.fec);
    if (!std::isfinite(sample.mean_fec)) sample.mean_fec = closure(2, i);
    sample.is_valid = std::isfinite(sample.mean_fec);
    writer.write(sample);
  }
  writer.commit();
}

std::string import_record(const imports::Trace& trace, const std::filesystem::path& file) {
  const nlohmann::ordered_json record = {{"format", "eyelid imported trace"},
                                         {"format_version", 1},
                                         {"trace", file.string()},
                                         {"sha256", files::sha256_of_file(file)},
                                         {"read_as", trace.format},
                                         {"origin_s", trace.origin_s}};
  return files::json_text(record, 2) + "\n";
}

}  // namespace eyelid::pipeline
