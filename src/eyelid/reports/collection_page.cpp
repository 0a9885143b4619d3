// SPDX-License-Identifier: MIT
#include "eyelid/reports/collection_page.hpp"

#include <nlohmann/json.hpp>
#include <string>

#include "eyelid/core/version.hpp"
#include "eyelid/files/atomic_file.hpp"
#include "eyelid/files/json_file.hpp"
#include "eyelid/reports/report_json.hpp"
#include "eyelid/reports/report_page.hpp"
#include "eyelid/tables/csv_reader.hpp"

namespace eyelid::reports {
namespace {

/// {"title", "eyelid_version", "columns": [...], "rows": [[cell, ...], ...]}: all cells as text.
void write_rows(tables::CsvReader& table, std::string_view title, const TextSink& sink) {
  std::string head = files::json_text(
      ReportJson{{"title", title}, {"eyelid_version", kVersion}, {"columns", table.header()}});
  head.pop_back();  // the object goes on
  sink(head + ",\"rows\":[");
  ReportJson row;
  for (bool is_first = true; table.next(); is_first = false) {
    row = ReportJson::array();
    for (std::size_t i = 0; i < table.header().size(); ++i) row.push_back(table.name(i));
    sink((is_first ? "\n" : ",\n") + files::json_text(row));
  }
  sink("]}");
}

}  // namespace

void write_collection_page(const std::filesystem::path& path,
                           const std::filesystem::path& table,
                           std::string_view title) {
  tables::CsvReader rows(table);
  files::AtomicFile page(path);
  write_page(
      "collection.html",
      title,
      [&](const TextSink& data) { write_rows(rows, title, data); },
      [&](std::string_view text) { page.write(text); });
  page.commit();
}

}  // namespace eyelid::reports
