// SPDX-License-Identifier: MIT
// Any bytes as a name in a table: read back as it was, and nothing that a spreadsheet calculates.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "eyelid/tables/csv_reader.hpp"
#include "eyelid/tables/csv_text.hpp"
#include "file_in_memory.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace eyelid;
  if (size > 10'000) return 0;
  std::string name(reinterpret_cast<const char*>(data), size);
  for (char& c : name) {
    if (c == '\r' || c == '\n') c = ' ';  // the one thing a cell cannot hold
  }
  std::string text = "before,name,after\nx,";
  const std::size_t begin = text.size();
  tables::append_name(text, name);
  const std::size_t first = begin + (text[begin] == '"' ? 1 : 0);
  if (first < text.size() && std::string("=+-@\t").find(text[first]) != std::string::npos) {
    std::abort();
  }
  text += ",y\n";
  tables::CsvReader table(fuzz::file_in_memory(
      reinterpret_cast<const std::uint8_t*>(text.data()), text.size(), ".csv"));
  if (!table.next() || table.name(1) != name || table.text(2) != "y") std::abort();
  return 0;
}
