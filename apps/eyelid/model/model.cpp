// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <CLI/App.hpp>

#include <memory>
#include <nlohmann/json.hpp>
#include <span>

#include "apps/command_line/command.hpp"
#include "apps/command_line/json_output.hpp"
#include "apps/command_line/options.hpp"
#include "apps/eyelid/model/model_calibrate.hpp"
#include "apps/eyelid/model/model_fetch.hpp"
#include "eyelid/core/error.hpp"
#include "eyelid/files/sha256.hpp"
#include "eyelid/landmarks/shape_model_file.hpp"
#include "eyelid/model_files/model_file.hpp"
#include "eyelid/model_files/numpy_file.hpp"
#include "eyelid/model_files/pytorch_file.hpp"
#include "eyelid/model_files/safetensors.hpp"
#include "eyelid/model_files/tflite_file.hpp"
#include "eyelid/networks/blazeface_onnx.hpp"
#include "eyelid/networks/blazeface_weights.hpp"
#include "eyelid/networks/mtcnn_weights.hpp"

namespace eyelid::app {
namespace {

using Description = std::vector<std::pair<std::string, std::string>>;

struct InspectCommand {
  std::filesystem::path source;
  std::filesystem::path json;

  void run() {
    const Description description = describe();
    for (const auto& [name, value] : description) fmt::print("{:<22} {}\n", name, value);
    if (json.empty()) return;
    nlohmann::ordered_json object = json_head("model inspect");
    object["file"] = source.string();
    for (const auto& [name, value] : description) object["model"][name] = value;
    write_json(json, object);
  }

  Description describe() const;
};

/// TFLite and other PyTorch files are BlazeFace, as for --detector-model; our own files say what
/// they are; the rest is dlib's or foreign.
bool is_blazeface(std::span<const std::byte> bytes, const std::string& source) {
  if (model_files::is_tflite_file(bytes) || model_files::is_pytorch_file(bytes)) return true;
  if (bytes.size() <= 8 || bytes[8] != std::byte{'{'}) return false;
  const auto file = model_files::SafetensorsFile::from_bytes(bytes, source);
  return file.metadata_or_empty("format").find("shape model") == std::string::npos;
}

/// Three networks in a folder, or one of them named by file; or our own file of them.
bool is_mtcnn(const std::filesystem::path& source) {
  if (std::filesystem::is_directory(source)) return true;
  const std::string name = source.filename().string();
  if (name == "pnet.pt" || name == "rnet.pt" || name == "onet.pt") return true;
  const std::vector<std::byte> bytes = model_files::read_model_file(source);
  return model_files::is_numpy_file(bytes) ||
         networks::is_mtcnn_safetensors(bytes, source.string());
}

Description InspectCommand::describe() const {
  if (is_mtcnn(source)) return networks::describe_mtcnn(networks::load_mtcnn(source));
  const std::vector<std::byte> bytes = model_files::read_model_file(source);
  const std::string name = source.string();
  Description description =
      is_blazeface(bytes, name)
          ? networks::describe_blazeface(networks::load_blazeface(bytes, name))
          : landmarks::describe_shape_model(landmarks::load_shape_model(bytes, name));
  description.emplace_back("bytes", fmt::format("{}", bytes.size()));
  description.emplace_back("sha256", files::sha256_hex(bytes));
  return description;
}

struct ConvertCommand {
  std::filesystem::path source;
  std::filesystem::path target;
  std::string kind;

  void run() {
    if (kind == "ert") {
      landmarks::convert_shape_model(source, target);
    } else if (kind == "blazeface" && target.extension() == ".onnx") {
      networks::convert_blazeface_to_onnx(source, target);
    } else if (kind == "blazeface") {
      networks::convert_blazeface(source, target);
    } else if (kind == "mtcnn") {
      networks::convert_mtcnn(source, target);
    } else {
      throw InputError("--kind " + kind + ": unknown; expected blazeface, ert or mtcnn");
    }
    fmt::print("{} -> {}\n", source.string(), target.string());
  }
};

}  // namespace

void add_model_command(CLI::App& app) {
  CLI::App* model = app.add_subcommand(
      "model", "What a model file holds; public models; conversion between formats");
  model->require_subcommand(1);

  auto inspecting = std::make_shared<InspectCommand>();
  CLI::App* inspect =
      model->add_subcommand("inspect", "Kind, shapes, license, hash of a model file");
  inspect->add_option("file", inspecting->source, "Model file")->required();
  add_json_option(*inspect, inspecting->json);
  inspect->callback([inspecting] { inspecting->run(); });

  add_model_fetch(*model);

  auto converting = std::make_shared<ConvertCommand>();
  CLI::App* convert =
      model->add_subcommand("convert", "Foreign model to safetensors; BlazeFace to ONNX");
  convert
      ->add_option("source",
                   converting->source,
                   ".tflite, .pth, .dat or .safetensors; for mtcnn also a folder with pnet.pt, "
                   "rnet.pt, onet.pt or "
                   "det1.npy, det2.npy, det3.npy")
      ->required();
  convert->add_option("--kind", converting->kind, "blazeface, ert or mtcnn")
      ->check(CLI::IsMember({"blazeface", "ert", "mtcnn"}))
      ->required();
  convert
      ->add_option(
          "--to", converting->target, "File to write: .safetensors, or .onnx for BlazeFace")
      ->required();
  convert->callback([converting] { converting->run(); });

  add_calibrate_command(*model);
}

}  // namespace eyelid::app
