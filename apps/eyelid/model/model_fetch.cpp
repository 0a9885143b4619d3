// SPDX-License-Identifier: MIT
#include "apps/eyelid/model/model_commands.hpp"

#include <fmt/format.h>
#include <CLI/App.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "apps/command_line/json_output.hpp"
#include "apps/command_line/options.hpp"
#include "apps/command_line/progress.hpp"
#include "apps/command_line/value_names.hpp"
#include "eyelid/core/error.hpp"
#include "eyelid/download/file_download.hpp"
#include "eyelid/model_files/user_models.hpp"
#include "eyelid/networks/mtcnn_weights.hpp"

namespace eyelid::app {
namespace {

struct FetchCommand {
  std::vector<std::string> names;
  bool is_list = false;
  std::filesystem::path manifest;
  std::filesystem::path folder;
  int stall_limit_s = 30;
  std::filesystem::path json;

  void run();

 private:
  std::vector<download::ManifestModel> known_models() const;
  std::filesystem::path chosen_folder() const;
  void list(const std::vector<download::ManifestModel>& models) const;
  nlohmann::ordered_json fetch(const download::ManifestModel& model) const;
};

std::vector<download::ManifestModel> FetchCommand::known_models() const {
  if (!manifest.empty()) return download::read_manifest(manifest);
  const char* from_environment = std::getenv("EYELID_MODEL_MANIFEST");
  if (from_environment != nullptr && *from_environment != '\0') {
    return download::read_manifest(from_environment);
  }
  return download::embedded_manifest();
}

std::filesystem::path FetchCommand::chosen_folder() const {
  if (!folder.empty()) return folder;
  std::filesystem::path place = model_files::user_model_folder();
  if (place.empty()) {
    throw InputError("neither XDG_DATA_HOME nor HOME is set; expected one of them, or --to DIR");
  }
  return place;
}

void FetchCommand::list(const std::vector<download::ManifestModel>& models) const {
  const std::filesystem::path place = chosen_folder();
  for (const download::ManifestModel& model : models) {
    fmt::print("{}\n  {}; license {}; {}\n", model.name, model.what, model.license, model.use);
    for (const download::ManifestFile& file : model.files) {
      fmt::print("  {:<36} {:>8} bytes  {}\n    {}\n    sha256 {}\n    {}\n",
                 file.file,
                 file.bytes,
                 download::is_downloaded(file, place) ? "present" : "not fetched",
                 file.address,
                 file.sha256,
                 file.checked);
    }
  }
  fmt::print("folder: {}\n", place.string());
}

const char* outcome_text(download::DownloadOutcome outcome) {
  switch (outcome) {
    case download::DownloadOutcome::AlreadyThere:
      return "already present";
    case download::DownloadOutcome::Fetched:
      return "fetched";
    case download::DownloadOutcome::Resumed:
      return "fetched, resuming an earlier download";
  }
  return "";
}

/// The detectors look for the converted file.
void convert_fetched(const download::ManifestModel& model, const std::filesystem::path& place) {
  if (model.convert != "mtcnn") {
    throw InputError("model \"" + model.name + "\": conversion \"" + model.convert +
                     "\" is unknown, expected mtcnn");
  }
  const std::filesystem::path source = place / model.name;
  const std::filesystem::path target = source.string() + ".safetensors";
  networks::convert_mtcnn(source, target);
  fmt::print("{}: written\n", target.string());
}

nlohmann::ordered_json FetchCommand::fetch(const download::ManifestModel& model) const {
  const std::filesystem::path place = chosen_folder();
  nlohmann::ordered_json files = nlohmann::ordered_json::array();
  for (const download::ManifestFile& file : model.files) {
    Progress progress(file.file, "bytes");
    download::DownloadOptions options;
    options.stall_limit = std::chrono::seconds(stall_limit_s);
    options.connect_limit = std::min(options.connect_limit, options.stall_limit);
    options.progress = [&](std::uint64_t done, std::uint64_t all) {
      progress.update(static_cast<std::int64_t>(done), static_cast<std::int64_t>(all));
    };
    const download::DownloadOutcome outcome = download::download_file(file, place, options);
    progress.finish();
    const std::string path = (place / file.file).string();
    fmt::print("{}: {}, {} bytes, SHA-256 as expected\n", path, outcome_text(outcome), file.bytes);
    files.push_back({{"file", path}, {"sha256", file.sha256}, {"outcome", outcome_text(outcome)}});
  }
  if (!model.convert.empty()) convert_fetched(model, place);
  if (!model.use.empty()) fmt::print("{}: {}\n", model.name, model.use);
  return {{"model", model.name}, {"files", files}};
}

void FetchCommand::run() {
  const std::vector<download::ManifestModel> models = known_models();
  if (is_list) return list(models);
  std::string known;
  for (const download::ManifestModel& model : models) {
    known += (known.empty() ? "" : ", ") + model.name;
  }
  if (names.empty()) throw CLI::ValidationError("name", "expected --list or one of " + known);
  std::vector<const download::ManifestModel*> chosen;
  for (const std::string& name : names) {
    const auto found = std::find_if(
        models.begin(), models.end(), [&](const auto& model) { return model.name == name; });
    if (found == models.end()) {
      throw InputError("model \"" + name + "\": unknown, expected one of " + known);
    }
    chosen.push_back(&*found);
  }
  nlohmann::ordered_json fetched = nlohmann::ordered_json::array();
  for (const download::ManifestModel* model : chosen) fetched.push_back(fetch(*model));
  if (json.empty()) return;
  nlohmann::ordered_json object = json_head("model fetch");
  object["models"] = fetched;
  write_json(json, object);
}

}  // namespace

void add_model_fetch(CLI::App& model) {
  auto command = std::make_shared<FetchCommand>();
  CLI::App* fetch = model.add_subcommand("fetch", "Download and verify public models");
  fetch->add_option("name", command->names, "Model names; see --list");
  fetch->add_flag("--list",
                  command->is_list,
                  "List the available models, their sources, and which are present");
  fetch
      ->add_option("--to",
                   command->folder,
                   "Output folder (default: $XDG_DATA_HOME/eyelid/models or "
                   "~/.local/share/eyelid/models)")
      ->type_name(kFolder);
  fetch
      ->add_option("--manifest",
                   command->manifest,
                   "Model list (default: $EYELID_MODEL_MANIFEST or the embedded list)")
      ->type_name(kPath);
  fetch
      ->add_option("--timeout",
                   command->stall_limit_s,
                   "Give up when a server sends nothing for this many seconds")
      ->check(CLI::Range(1, 3600))
      ->capture_default_str();
  add_json_option(*fetch, command->json);
  fetch->callback([command] { command->run(); });
}

}  // namespace eyelid::app
