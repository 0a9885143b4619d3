// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "apps/command_line/terminal_table.hpp"
#include "studies/speed/bench_rows.hpp"

namespace eyelid::speed {

/// One column of a table on the terminal: its heading, and what it says of a row.
struct Column {
  std::string heading;
  std::function<std::string(const BenchRow&)> text;
};

Column stage();
Column images();
Column points();
Column count(const char* heading, int BenchRow::*value);
Column figure(const char* heading, double BenchRow::*value, int decimals);
Column share(const char* heading, double BenchRow::*value);

/// How many times faster than `first`, the first row.
Column speed_up(const BenchRow& first);

/// The study's figure `key` of `device` at the row's batch, "-" where it has none.
Column study(const std::string& heading,
             const char* table,
             const char* device,
             const char* key,
             int decimals);

/// One such column for each of the study's devices.
void add_study(std::vector<Column>& columns,
               const char* unit,
               const char* table,
               const char* key,
               int decimals);

app::TerminalTable table_of(const std::vector<Column>& columns, const std::vector<BenchRow>& rows);

}  // namespace eyelid::speed
