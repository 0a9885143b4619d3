// SPDX-License-Identifier: MIT
#include "eyelid/imports/event_log.hpp"

#include <array>

#include "eyelid/core/error.hpp"
#include "eyelid/imports/file_kind.hpp"
#include "eyelid/imports/log_formats.hpp"
#include "eyelid/imports/mat_formats.hpp"
#include "eyelid/imports/sound_log.hpp"

namespace eyelid::imports {
namespace {

struct Format {
  bool (*is_one)(std::string_view first_line);
  Log (*read)(TextFile& text, const LogOptions& options);
};

constexpr std::array<Format, 6> kFormats = {{{is_presentation, presentation_log},
                                             {is_eprime, eprime_log},
                                             {is_spike2, spike2_log},
                                             {is_labchart, labchart_log},
                                             {is_pycontrol_text, pycontrol_text_log},
                                             {is_psychopy_log, psychopy_log}}};

}  // namespace

Log read_log(const std::filesystem::path& path, const LogOptions& options) {
  constexpr const char* kLog = "an event log, or a film with TTL pulses as its sound";
  const FileKind kind = kind_of(path, kLog);
  if (kind == FileKind::Mat) {
    MatFile file(path);
    return bpod_log(file, options);
  }
  if (kind == FileKind::Other) return sound_log(path, options);
  TextFile text(path, kLog);
  const TextFile::Place begin = text.place();
  std::string_view line;
  while (text.next(line) && trimmed(line).empty()) {
  }
  text.go_to(begin);
  for (const Format& format : kFormats) {
    if (format.is_one(line)) return format.read(text, options);
  }
  return table_log(text, options);
}

std::map<std::string, std::string> event_columns_from(const std::vector<std::string>& settings) {
  std::map<std::string, std::string> columns;
  for (const std::string& setting : settings) {
    const std::size_t equals = setting.find('=');
    const std::string role = lower(setting.substr(0, equals));
    if (equals == std::string::npos || equals + 1 == setting.size() ||
        (role != "time" && role != "event")) {
      throw InputError("event columns " + setting + ": expected time=NAME or event=NAME");
    }
    columns[role] = setting.substr(equals + 1);
  }
  return columns;
}

}  // namespace eyelid::imports
