// SPDX-License-Identifier: MIT
#include "eyelid/batch/manifest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "eyelid/core/error.hpp"
#include "eyelid/tables/csv_reader.hpp"
#include "eyelid/tables/csv_text.hpp"

namespace eyelid::batch {
namespace {

constexpr std::size_t kMaxId_bytes = 100;
constexpr std::int64_t kMaxSession = 100'000;
constexpr std::array kColumns = {"id",
                                 "video",
                                 "trials",
                                 "calibration",
                                 "timestamps",
                                 "subject",
                                 "session",
                                 "phase",
                                 "group",
                                 "note"};

/// A column with a typing error would silently not be used.
void check_columns(const tables::CsvReader& table) {
  for (const std::string& name : table.header()) {
    if (std::ranges::find(kColumns, name) != kColumns.end()) continue;
    table.fail(
        fmt::format("found the column {}, expected id, video, and any of trials, "
                    "calibration, timestamps, subject, session, phase, group, and note",
                    tables::quoted_for_error(name)));
  }
}

std::string in_lower_case(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

class ManifestReader {
 public:
  explicit ManifestReader(const std::filesystem::path& path)
      : path_(path),
        table_(path),
        id_(table_.required_column("id")),
        video_(table_.required_column("video")) {
    check_columns(table_);
  }

  std::vector<ManifestRow> rows() {
    std::vector<ManifestRow> rows;
    while (table_.next()) rows.push_back(row());
    if (rows.empty()) {
      throw InputError(path_.string() + ": no recording, expected at least one row");
    }
    return rows;
  }

 private:
  ManifestRow row() {
    ManifestRow row;
    row.line = table_.line();
    row.id = table_.name(id_);
    if (const auto expected = fault_of_id(row.id)) table_.fail(id_, *expected);
    const auto [other, is_new] = lines_.emplace(in_lower_case(row.id), row.line);
    if (!is_new) {
      table_.fail(id_, fmt::format("an id of its own (line {} has it)", other->second));
    }
    if (table_.text(video_).empty())
      table_.fail(video_, "a film, or a folder of films or pictures");
    row.video = file("video");
    row.trials = file("trials");
    row.calibration = file("calibration");
    row.timestamps = file("timestamps");
    row.subject = name("subject");
    row.session = session();
    row.phase = name("phase");
    row.group = name("group");
    row.note = name("note");
    return row;
  }

  std::string name(std::string_view column) const {
    const std::optional<std::size_t> index = table_.column(column);
    return index ? table_.name(*index) : std::string();
  }

  std::filesystem::path file(std::string_view column) const {
    const std::string text = name(column);
    return text.empty() ? std::filesystem::path() : path_.parent_path() / text;
  }

  std::optional<int> session() const {
    const std::optional<std::size_t> column = table_.column("session");
    if (!column || table_.text(*column).empty()) return std::nullopt;
    const std::int64_t number = table_.integer(*column);
    if (number < 1 || number > kMaxSession) {
      table_.fail(*column, "a session number from 1 to 100000");
    }
    return static_cast<int>(number);
  }

  const std::filesystem::path& path_;
  tables::CsvReader table_;
  std::size_t id_;
  std::size_t video_;
  std::map<std::string, std::int64_t> lines_;  // by id in lower case
};

}  // namespace

std::optional<std::string> fault_of_id(std::string_view id) {
  const auto is_refused = [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f ||
           std::string_view("/\\:*?\"<>|").find(c) != std::string::npos;
  };
  // recordings.csv and recordings.html are the tables over all of them; a name that ends with a
  // point or space is another one on some file systems.
  const bool is_good = !id.empty() && id.size() <= kMaxId_bytes && id.front() != '.' &&
                       id.front() != '-' && id.front() != ' ' && id.back() != '.' &&
                       id.back() != ' ' && std::ranges::none_of(id, is_refused) &&
                       !in_lower_case(std::string(id)).starts_with("recordings.");
  if (is_good) return std::nullopt;
  return "the name of a folder of its own below --out: at most 100 bytes, no / \\ : * ? \" < > |, "
         "not beginning with . or - or recordings.";
}

std::vector<ManifestRow> read_manifest(const std::filesystem::path& path) {
  return ManifestReader(path).rows();
}

std::optional<TaskRows> rows_of_task(std::size_t rows, std::int64_t task, std::int64_t per_task) {
  EYELID_EXPECTS(rows >= 1 && per_task >= 1);
  const auto count = static_cast<std::int64_t>(rows);
  const std::int64_t tasks = (count - 1) / per_task + 1;
  if (task < 1 || task > tasks) return std::nullopt;
  const std::int64_t first = (task - 1) * per_task;
  const std::int64_t last = std::min(count - first, per_task) + first;
  return TaskRows{static_cast<std::size_t>(first), static_cast<std::size_t>(last)};
}

}  // namespace eyelid::batch
