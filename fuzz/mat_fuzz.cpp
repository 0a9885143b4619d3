// SPDX-License-Identifier: MIT
// Any bytes as a MATLAB 5 file of Bpod or neuroblinks: a trace and a log, or InputErrors. What
// libmatio itself does with them is part of it.
#include <cstddef>
#include <cstdint>

#include "eyelid/core/error.hpp"
#include "eyelid/imports/event_log.hpp"
#include "eyelid/imports/trace.hpp"
#include "file_in_memory.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace eyelid;
  if (size < 1 || size > 100'000) return 0;
  const std::filesystem::path& path = fuzz::file_in_memory(data, size, ".mat");
  try {
    imports::read_trace(path, {});
  } catch (const InputError&) {
  }
  try {
    imports::read_log(path, {});
  } catch (const InputError&) {
  }
  return 0;
}
