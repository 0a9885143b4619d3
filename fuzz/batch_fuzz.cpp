// SPDX-License-Identifier: MIT
// Any bytes as the manifest or the record of a batch: rows, a record that is written as it was
// read, or one InputError. The first byte chooses which.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>

#include "eyelid/batch/batch_record.hpp"
#include "eyelid/batch/manifest.hpp"
#include "eyelid/core/error.hpp"
#include "file_in_memory.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace eyelid;
  if (size < 1 || size > 100'000) return 0;
  try {
    if (data[0] % 2 == 0) {
      for (const batch::ManifestRow& row :
           batch::read_manifest(fuzz::file_in_memory(data + 1, size - 1, ".csv"))) {
        if (batch::fault_of_id(row.id)) std::abort();
      }
      return 0;
    }
    const std::filesystem::path& file = fuzz::file_in_memory(data + 1, size - 1, ".json");
    const std::filesystem::path record = file.parent_path() / batch::kRecordName;
    std::filesystem::rename(file, record);
    const auto read = batch::read_record(record.parent_path());
    if (!read) std::abort();
    batch::write_record(record.parent_path(), *read);
    const auto again = batch::read_record(record.parent_path());
    if (!again || batch::record_text(*again) != batch::record_text(*read)) std::abort();
  } catch (const InputError&) {
  }
  return 0;
}
