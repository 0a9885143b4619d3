// SPDX-License-Identifier: MIT
// Any bytes as a trace or an event log of another program in text, or as the pickled columns of
// DeepLabCut: a result or one InputError. The first byte chooses which.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "eyelid/core/error.hpp"
#include "eyelid/imports/deeplabcut_hdf5.hpp"
#include "eyelid/imports/event_log.hpp"
#include "eyelid/imports/log_formats.hpp"
#include "eyelid/imports/trace.hpp"
#include "eyelid/imports/trace_formats.hpp"
#include "file_in_memory.hpp"

namespace {

using namespace eyelid::imports;

void read_text_log(const std::filesystem::path& path, Log (*read)(TextFile&, const LogOptions&)) {
  LogOptions options;
  options.names.cs = {"cs", "tone*"};
  options.names.us = {"us", "*puff"};
  options.sample_rate = 1000.0;
  TextFile text(path, "a log");
  read(text, options);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1 || size > 100'000) return 0;
  const auto file = [&] { return eyelid::fuzz::file_in_memory(data + 1, size - 1, ".csv"); };
  TraceOptions trace;
  trace.frames_per_second = 250.0;
  try {
    switch (data[0] % 10) {
      case 0: {
        TextFile text(file(), "a trace");
        table_trace(text, trace);
        break;
      }
      case 1: {
        TextFile text(file(), "a trace");
        deeplabcut_text_trace(text, trace);
        break;
      }
      case 2:
        tuples_in_pickle({reinterpret_cast<const char*>(data) + 1, size - 1});
        break;
      case 3:
        read_text_log(file(), table_log);
        break;
      case 4:
        read_text_log(file(), presentation_log);
        break;
      case 5:
        read_text_log(file(), psychopy_log);
        break;
      case 6:
        read_text_log(file(), eprime_log);
        break;
      case 7:
        read_text_log(file(), pycontrol_text_log);
        break;
      case 8:
        read_text_log(file(), spike2_log);
        break;
      case 9:
        read_text_log(file(), labchart_log);
        break;
    }
  } catch (const eyelid::InputError&) {
  }
  return 0;
}
