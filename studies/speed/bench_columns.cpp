// SPDX-License-Identifier: MIT
#include "studies/speed/bench_columns.hpp"

#include <fmt/format.h>

namespace eyelid::speed {

using app::cell;

Column stage() {
  return {"stage", [](const BenchRow& row) { return row.stage; }};
}

Column images() {
  return {"images", [](const BenchRow& row) { return fmt::format("{}", row.images); }};
}

Column points() {
  return {"points", [](const BenchRow& row) {
            return row.landmarks > 0 ? fmt::format("{}", row.landmarks) : "-";
          }};
}

Column count(const char* heading, int BenchRow::*value) {
  return {heading, [value](const BenchRow& row) { return fmt::format("{}", row.*value); }};
}

Column figure(const char* heading, double BenchRow::*value, int decimals) {
  return {heading, [=](const BenchRow& row) { return cell(row.*value, decimals); }};
}

Column share(const char* heading, double BenchRow::*value) {
  return {heading, [value](const BenchRow& row) { return app::percent_cell(row.*value); }};
}

Column speed_up(const BenchRow& first) {
  return {"speed-up", [ms = first.ms_per_image](const BenchRow& row) {
            return cell(ms / row.ms_per_image, 2);
          }};
}

Column study(const std::string& heading,
             const char* table,
             const char* device,
             const char* key,
             int decimals) {
  return {heading, [=](const BenchRow& row) {
            return cell(study_value(table, device, row.batch, key), decimals);
          }};
}

void add_study(std::vector<Column>& columns,
               const char* unit,
               const char* table,
               const char* key,
               int decimals) {
  for (const char* device : {"mk1", "mk2", "v100"}) {
    columns.push_back(study(fmt::format("{} {}", device, unit), table, device, key, decimals));
  }
}

app::TerminalTable table_of(const std::vector<Column>& columns, const std::vector<BenchRow>& rows) {
  const auto line = [&](const auto& text_of) {
    std::vector<std::string> texts;
    for (const Column& column : columns) texts.push_back(text_of(column));
    return texts;
  };
  app::TerminalTable table(line([](const Column& column) { return column.heading; }));
  for (const BenchRow& row : rows) {
    table.add(line([&](const Column& column) { return column.text(row); }));
  }
  return table;
}

}  // namespace eyelid::speed
