// SPDX-License-Identifier: MIT
#include "eyelid/imports/trace.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "eyelid/core/error.hpp"
#include "eyelid/imports/deeplabcut_hdf5.hpp"
#include "eyelid/imports/file_kind.hpp"
#include "eyelid/imports/mat_formats.hpp"
#include "eyelid/imports/trace_formats.hpp"

namespace eyelid::imports {
namespace {

constexpr const char* kExpected = "a closure trace (a table, DeepLabCut, or .mat)";

constexpr std::array<std::string_view, 18> kRoles = {"time",
                                                     "frame",
                                                     "clip",
                                                     "closure",
                                                     "closure_right",
                                                     "closure_left",
                                                     "fec",
                                                     "fec_right",
                                                     "fec_left",
                                                     "opening",
                                                     "opening_right",
                                                     "opening_left",
                                                     "area",
                                                     "area_right",
                                                     "area_left",
                                                     "ear",
                                                     "ear_right",
                                                     "ear_left"};

}  // namespace

Trace read_trace(const std::filesystem::path& path, const TraceOptions& options) {
  const FileKind kind = kind_of(path, kExpected);
  if (kind == FileKind::Mat) {
    MatFile file(path);
    return mat_trace(file);
  }
  if (kind == FileKind::Hdf5) return deeplabcut_hdf5_trace(path, options);
  TextFile text(path, kExpected);
  return is_deeplabcut_text(text) ? deeplabcut_text_trace(text, options)
                                  : table_trace(text, options);
}

std::map<std::string, std::string> columns_from(const std::vector<std::string>& settings) {
  std::map<std::string, std::string> columns;
  for (const std::string& setting : settings) {
    const std::size_t equals = setting.find('=');
    const std::string role = lower(setting.substr(0, equals));
    if (equals == std::string::npos || equals + 1 == setting.size() ||
        std::ranges::find(kRoles, role) == kRoles.end()) {
      throw InputError("columns " + setting +
                       ": expected ROLE=NAME with ROLE time, frame, clip, closure, opening, area, "
                       "or ear (the last four also with _right and _left)");
    }
    columns[role] = setting.substr(equals + 1);
  }
  return columns;
}

}  // namespace eyelid::imports
