// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <CLI/App.hpp>

#include <memory>
#include <nlohmann/json.hpp>
#include <span>

#include "apps/command_line/json_output.hpp"
#include "apps/command_line/options.hpp"
#include "apps/command_line/output_option.hpp"
#include "apps/command_line/value_names.hpp"
#include "apps/eyelid/commands.hpp"
#include "apps/eyelid/model/model_commands.hpp"
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
  if (!model_files::is_safetensors_file(bytes)) return false;
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
  const networks::PointNetworkShape* shape = networks::point_network_shape(bytes, name);
  Description description =
      shape != nullptr
          ? networks::describe_point_network(networks::load_point_network(*shape, bytes, name))
      : is_blazeface(bytes, name)
          ? networks::describe_blazeface(networks::load_blazeface(bytes, name))
          : landmarks::describe_shape_model(landmarks::load_shape_model(bytes, name));
  description.emplace_back("bytes", fmt::format("{}", bytes.size()));
  description.emplace_back("sha256", files::sha256_hex(bytes));
  return description;
}

enum class ModelKind { BlazeFace, Ert, Mtcnn };

struct ConvertCommand {
  std::filesystem::path source;
  std::filesystem::path target;
  ModelKind kind = ModelKind::BlazeFace;

  void run() {
    switch (kind) {
      case ModelKind::Ert:
        landmarks::convert_shape_model(source, target);
        break;
      case ModelKind::Mtcnn:
        networks::convert_mtcnn(source, target);
        break;
      case ModelKind::BlazeFace:
        if (target.extension() == ".onnx") {
          networks::convert_blazeface_to_onnx(source, target);
        } else {
          networks::convert_blazeface(source, target);
        }
        break;
    }
    fmt::print("{} -> {}\n", source.string(), target.string());
  }
};

}  // namespace

void add_model_command(CLI::App& app) {
  CLI::App* model =
      app.add_subcommand("model", "Inspect, fetch, convert and calibrate model files");
  model->require_subcommand(1);

  auto inspecting = std::make_shared<InspectCommand>();
  CLI::App* inspect =
      model->add_subcommand("inspect", "Show the kind, shapes, license and hash of a model file");
  inspect->add_option("file", inspecting->source, "Model file")->type_name(kPath)->required();
  add_json_option(*inspect, inspecting->json);
  inspect->callback([inspecting] { inspecting->run(); });

  add_model_fetch(*model);

  auto converting = std::make_shared<ConvertCommand>();
  CLI::App* convert = model->add_subcommand(
      "convert", "Convert a foreign model to safetensors, or BlazeFace to ONNX");
  convert
      ->add_option("source",
                   converting->source,
                   "Model file: .tflite, .pth, .dat or .safetensors; mtcnn: also a folder with "
                   "pnet.pt, rnet.pt, onet.pt or det1.npy, det2.npy, det3.npy")
      ->type_name(kPath)
      ->required();
  add_choice(
      *convert,
      "--kind",
      converting->kind,
      {{"blazeface", ModelKind::BlazeFace}, {"ert", ModelKind::Ert}, {"mtcnn", ModelKind::Mtcnn}},
      "Kind of model")
      ->default_str("")
      ->required();
  add_output_option(
      *convert, "--to", converting->target, "Output file: .safetensors, or .onnx for BlazeFace")
      ->required();
  convert->callback([converting] { converting->run(); });

  add_model_calibrate(*model);
}

}  // namespace eyelid::app
