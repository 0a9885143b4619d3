// SPDX-License-Identifier: MIT
#include "eyelid/batch/collection.hpp"

#include <algorithm>
#include <numeric>
#include <string>
#include <system_error>
#include <vector>

#include "eyelid/batch/batch_record.hpp"
#include "eyelid/batch/collected_session.hpp"
#include "eyelid/core/error.hpp"
#include "eyelid/files/interruption.hpp"
#include "eyelid/reports/collection_page.hpp"
#include "eyelid/tables/csv_writer.hpp"
#include "eyelid/video/natural_order.hpp"

namespace eyelid::batch {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& root, const std::string& found) {
  throw InputError(root.string() + ": " + found + ", expected the --out folder of eyelid batch");
}

/// Folders below the root that hold what `track` or `batch` leaves, in natural order.
std::vector<std::string> ids_in(const fs::path& root) {
  std::vector<std::string> ids;
  std::error_code error;
  for (fs::directory_iterator entry(root, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code ignored;
    const fs::path& path = entry->path();
    if (path.filename().string().starts_with('.') || !entry->is_directory(ignored)) continue;
    if (fs::exists(path / kRecordName, ignored) || fs::exists(path / "session.json", ignored)) {
      ids.push_back(path.filename().string());
    }
  }
  if (error) fail(root, "cannot be read (" + error.message() + ")");
  if (ids.empty()) fail(root, "no folder in it holds a session");
  std::ranges::sort(ids, video::comes_before);
  return ids;
}

std::vector<ManifestRow> rows_of(const CollectionRequest& request) {
  if (!request.manifest.empty()) return read_manifest(request.manifest);
  std::vector<ManifestRow> rows;
  for (std::string& id : ids_in(request.root)) {
    rows.emplace_back().id = std::move(id);
  }
  return rows;
}

void count(const CollectedSession& session, CollectionFigures& figures) {
  ++figures.sessions[static_cast<std::size_t>(session.state)];
  figures.with_warnings += !session.warnings.empty();
  if (session.state != SessionState::Done || !session.summary) return;
  figures.frames += session.summary->closure.frames;
  figures.duration_s += session.summary->closure.duration_s;
}

}  // namespace

std::string_view name_of(SessionState state) {
  constexpr std::array<std::string_view, kSessionStates> kNames = {
      "done", "unfinished", "stopped", "failed", "damaged", "missing"};
  return kNames[static_cast<std::size_t>(state)];
}

std::int64_t CollectionFigures::all() const {
  return std::accumulate(sessions.begin(), sessions.end(), std::int64_t{0});
}

Collection collect(const CollectionRequest& request,
                   const std::function<void(std::int64_t done, std::int64_t all)>& progress) {
  std::error_code ignored;
  if (!fs::is_directory(request.root, ignored)) fail(request.root, "is not a folder");
  const std::vector<ManifestRow> rows = rows_of(request);
  std::vector<fs::path> inputs;
  if (!request.manifest.empty()) inputs.push_back(request.manifest);
  Collection result;
  result.run = std::make_unique<files::RunFolder>(
      request.root,
      std::vector<std::string>(kFilesOfCollection.begin(), kFilesOfCollection.end()),
      inputs);
  const fs::path table_path = result.run->staged("recordings.csv");
  tables::CsvWriter table(table_path, kCollectionHeader);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    files::throw_if_interrupted();
    const CollectedSession session = collected_session(request.root, rows[i], request.check);
    count(session, result.figures);
    write_collected(session, table);
    progress(static_cast<std::int64_t>(i) + 1, std::ssize(rows));
  }
  table.commit();
  const fs::path name = fs::absolute(request.root).lexically_normal();
  reports::write_collection_page(
      result.run->staged("recordings.html"),
      table_path,
      (name.has_filename() ? name : name.parent_path()).filename().string());
  return result;
}

}  // namespace eyelid::batch
