// SPDX-License-Identifier: MIT
// Any bytes as a file of settings (JSON) or as a setting of the command line: settings or one
// InputError. The first byte chooses which.
#include <cstddef>
#include <cstdint>
#include <string>

#include "eyelid/conditioning/preset.hpp"
#include "eyelid/conditioning/trial_plan_json.hpp"
#include "eyelid/core/error.hpp"
#include "eyelid/download/model_manifest.hpp"
#include "eyelid/tables/calibration_file.hpp"
#include "eyelid/tables/session_json.hpp"
#include "file_in_memory.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace eyelid;
  if (size < 1 || size > 100'000) return 0;
  const auto file = [&] { return fuzz::file_in_memory(data + 1, size - 1, ".json"); };
  try {
    switch (data[0] % 6) {
      case 0:
        conditioning::load_preset(file().string());
        break;
      case 1:
        conditioning::load_preset("human",
                                  {std::string(reinterpret_cast<const char*>(data) + 1, size - 1)});
        break;
      case 2:
        tables::load_calibration(file());
        break;
      case 3:
        tables::read_session_json(file());
        break;
      case 4:
        download::read_manifest(file());
        break;
      case 5:
        conditioning::load_trial_plan(file());
        break;
    }
  } catch (const InputError&) {
  }
  return 0;
}
