// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <CLI/App.hpp>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "apps/command_line/json_output.hpp"
#include "apps/command_line/options.hpp"
#include "apps/eyelid/commands.hpp"
#include "eyelid/compute/cpu_features.hpp"
#include "eyelid/compute/machine.hpp"
#include "eyelid/core/version.hpp"
#include "eyelid/files/sha256.hpp"
#include "eyelid/gpu/frame_device.hpp"
#include "eyelid/model_files/embedded_models.hpp"
#include "eyelid/power/power_meter.hpp"
#include "eyelid/video/codecs.hpp"

namespace eyelid::app {
namespace {

struct DoctorCommand {
  std::filesystem::path json;

  void run() {
    const compute::Machine machine = compute::this_machine();
    const std::string detected = compute::describe(compute::detected_cpu_features());
    const std::string used = compute::describe(compute::cpu_features());
    const power::PowerSources power = power::describe_power_sources();
    fmt::print("eyelid {} ({}, {})\n", kVersion, kBuildType, kCompiler);
    fmt::print(
        "processor              {}, {} threads\n", machine.cpu_model, machine.hardware_threads);
    fmt::print("instruction sets       {} (kernels use {})\n", detected, used);
    const gpu::CudaDevices gpus = gpu::find_cuda_devices();
    if (gpus.names.empty()) fmt::print("GPU                    none: {}\n", gpus.why_none);
    for (const std::string& name : gpus.names) fmt::print("GPU                    {}\n", name);
    fmt::print("power meters           {}\n", power.rapl);
    fmt::print("                       {}\n", power.nvml);
    fmt::print("decoders               {}\n", video::describe_decoders());
    fmt::print("embedded models\n");
    nlohmann::ordered_json models = nlohmann::ordered_json::array();
    for (const std::string_view name : model_files::embedded_model_names()) {
      const auto bytes = model_files::embedded_model(name);
      const std::string hash = files::sha256_hex(bytes);
      fmt::print(
          "  {:<26} {:6.2f} MB  sha256 {}\n", name, static_cast<double>(bytes.size()) * 1e-6, hash);
      models.push_back({{"name", name}, {"bytes", bytes.size()}, {"sha256", hash}});
    }
    if (std::string_view(kBuildType) == "Debug") {
      fmt::print("warning: this is a Debug build, 20 to 50 times slower than a Release build\n");
    }
    if (json.empty()) return;
    nlohmann::ordered_json object = json_head("doctor");
    object["features_detected"] = detected;
    object["features_used"] = used;
    object["gpus"] = gpus.names;
    object["power_meters"] = {{"rapl", power.rapl}, {"nvml", power.nvml}};
    object["models"] = models;
    write_json(json, object);
  }
};

}  // namespace

void add_doctor_command(CLI::App& app) {
  auto command = std::make_shared<DoctorCommand>();
  CLI::App* doctor = app.add_subcommand(
      "doctor",
      "Show what this machine offers: instruction sets, GPU, power meters, codecs, models");
  add_json_option(*doctor, command->json);
  doctor->callback([command] { command->run(); });
}

}  // namespace eyelid::app
