// SPDX-License-Identifier: MIT
#include "eyelid/batch/batch_record.hpp"

#include <unistd.h>

#include <array>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <system_error>

#include "eyelid/core/error.hpp"
#include "eyelid/core/version.hpp"
#include "eyelid/files/atomic_file.hpp"
#include "eyelid/files/json_file.hpp"

namespace eyelid::batch {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kFormat = "eyelid batch";
constexpr int kFormatVersion = 1;
constexpr const char* kExpected = "a batch.json written by eyelid";
constexpr std::array<std::string_view, 4> kStateNames = {"started", "done", "failed", "stopped"};

// For the user who looks for the log of an attempt.
std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

std::string job_number() {
  for (const char* variable : {"SLURM_JOB_ID", "JOB_ID", "LSB_JOBID", "PBS_JOBID"}) {
    if (const char* value = std::getenv(variable)) return value;
  }
  return "";
}

Json object_of(const std::string& text) { return text.empty() ? Json(nullptr) : Json::parse(text); }

std::string text_of(const Json& root, const char* key) {
  const auto found = root.find(key);
  return found == root.end() || found->is_null() ? std::string() : files::json_text(*found);
}

RowState state_from(const std::string& name) {
  for (std::size_t i = 0; i < kStateNames.size(); ++i) {
    if (kStateNames[i] == name) return static_cast<RowState>(i);
  }
  throw InputError("found the state \"" + name + "\", expected started, done, failed, or stopped");
}

BatchRecord record_in(const Json& root) {
  if (root.value("format", "") != kFormat || root.value("format_version", 0) != kFormatVersion) {
    throw InputError("found another format or version");
  }
  BatchRecord record;
  ManifestRow& row = record.row;
  row.id = root.at("id").get<std::string>();
  row.video = root.value("video", "");
  row.trials = root.value("trials", "");
  row.subject = root.value("subject", "");
  if (root.contains("session") && !root["session"].is_null()) row.session = root["session"];
  row.phase = root.value("phase", "");
  row.group = root.value("group", "");
  row.note = root.value("note", "");
  record.state = state_from(root.at("state").get<std::string>());
  record.message = root.value("message", "");
  record.attempts = root.value("attempts", 0);
  record.is_tracked = root.value("is_tracked", false);
  record.track_request = text_of(root, "track");
  record.score_request = text_of(root, "score");
  record.warnings = root.value("warnings", std::vector<std::string>());
  return record;
}

}  // namespace

std::string_view name_of(RowState state) { return kStateNames[static_cast<std::size_t>(state)]; }

std::string record_text(const BatchRecord& record) {
  const ManifestRow& row = record.row;
  const Json root = {{"format", kFormat},
                     {"format_version", kFormatVersion},
                     {"eyelid_version", kVersion},
                     {"id", row.id},
                     {"state", name_of(record.state)},
                     {"message", record.message},
                     {"attempts", record.attempts},
                     {"is_tracked", record.is_tracked},
                     {"host", host_name()},
                     {"job", job_number()},
                     {"video", row.video.string()},
                     {"trials", row.trials.string()},
                     {"subject", row.subject},
                     {"session", row.session ? Json(*row.session) : Json(nullptr)},
                     {"phase", row.phase},
                     {"group", row.group},
                     {"note", row.note},
                     {"track", object_of(record.track_request)},
                     {"score", object_of(record.score_request)},
                     {"warnings", record.warnings}};
  return files::json_text(root, 2) + "\n";
}

void write_record(const std::filesystem::path& folder, const BatchRecord& record) {
  files::write_file(folder / kRecordName, record_text(record));
}

std::optional<BatchRecord> read_record(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / kRecordName;
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return std::nullopt;
  const Json root = files::read_json_object<Json>(path, kExpected);
  try {
    return record_in(root);
  } catch (const Json::exception&) {
    throw InputError(path.string() + ": has a key of the wrong type, or none, expected " +
                     kExpected);
  } catch (const InputError& error) {
    throw InputError(path.string() + ": " + error.what() + ", expected " + kExpected);
  }
}

}  // namespace eyelid::batch
