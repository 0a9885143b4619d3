// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <CLI/App.hpp>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "apps/command_line/json_output.hpp"
#include "apps/command_line/options.hpp"
#include "apps/eyelid/commands.hpp"
#include "eyelid/camera/aravis_support.hpp"
#include "eyelid/camera/camera.hpp"

namespace eyelid::app {
namespace {

void print_cameras(std::vector<camera::FoundCamera> found) {
  found.insert(found.begin(), {"address", "camera", "formats, sizes, and highest rates"});
  std::size_t address_width = 0;
  std::size_t name_width = 0;
  for (const camera::FoundCamera& row : found) {
    address_width = std::max(address_width, row.address.size());
    name_width = std::max(name_width, row.name.size());
  }
  for (const camera::FoundCamera& row : found) {
    fmt::print(
        "{:<{}}  {:<{}}  {}\n", row.address, address_width, row.name, name_width, row.formats);
  }
}

struct CamerasCommand {
  std::filesystem::path json;

  void run() {
    const std::vector<camera::FoundCamera> found = camera::list_cameras();
    if (!found.empty()) {
      print_cameras(found);
    } else {
      fmt::print(
          "no camera found: plug one in, join the group of /dev/video* (often \"video\"), or try "
          "paced:FILM or synthetic:1, which need none\n");
    }
    if (!camera::is_built_with_aravis()) {
      fmt::print("GigE and USB3 Vision cameras are not listed: this build has no Aravis\n");
    }
    if (json.empty()) return;
    nlohmann::ordered_json object = json_head("cameras");
    object["aravis"] = camera::is_built_with_aravis();
    object["cameras"] = nlohmann::ordered_json::array();
    for (const camera::FoundCamera& camera : found) {
      object["cameras"].push_back(
          {{"address", camera.address}, {"name", camera.name}, {"formats", camera.formats}});
    }
    write_json(json, object);
  }
};

}  // namespace

void add_cameras_command(CLI::App& app) {
  auto command = std::make_shared<CamerasCommand>();
  CLI::App* cameras = app.add_subcommand(
      "cameras", "List the cameras that are there: address, name, formats with sizes and rates");
  add_json_option(*cameras, command->json);
  cameras->callback([command] { command->run(); });
}

}  // namespace eyelid::app
