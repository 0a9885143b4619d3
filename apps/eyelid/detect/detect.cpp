// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <CLI/App.hpp>

#include <memory>
#include <nlohmann/json.hpp>

#include "apps/command_line/json_output.hpp"
#include "apps/command_line/options.hpp"
#include "apps/command_line/value_names.hpp"
#include "apps/eyelid/commands.hpp"
#include "eyelid/files/interruption.hpp"
#include "eyelid/pipeline/setup.hpp"
#include "eyelid/video/frame_source.hpp"

namespace eyelid::app {
namespace {

nlohmann::ordered_json face_json(const FaceBox& face) {
  nlohmann::ordered_json json = {{"x", face.box.x},
                                 {"y", face.box.y},
                                 {"width", face.box.width},
                                 {"height", face.box.height},
                                 {"score", face.score},
                                 {"keypoints", nlohmann::ordered_json::array()}};
  if (!face.keypoints) return json;
  const auto add = [&](Point point) { json["keypoints"].push_back({point.x, point.y}); };
  if (face.mouth_corners) {  // MTCNN: two eyes, nose, two corners of the mouth
    for (std::size_t i = 0; i < 3; i++) add((*face.keypoints)[i]);
    for (const Point& corner : *face.mouth_corners) add(corner);
  } else {
    for (const Point& point : *face.keypoints) add(point);
  }
  return json;
}

std::vector<std::filesystem::path> expand_folders(
    const std::vector<std::filesystem::path>& inputs) {
  std::vector<std::filesystem::path> images;
  for (const std::filesystem::path& input : inputs) {
    if (!std::filesystem::is_directory(input)) {
      images.push_back(input);
      continue;
    }
    const std::vector<std::filesystem::path> found = video::list_images(input);
    images.insert(images.end(), found.begin(), found.end());
  }
  return images;
}

struct DetectCommand {
  std::vector<std::filesystem::path> inputs;
  pipeline::SetupRequest request;
  std::filesystem::path json;

  void run() {
    const pipeline::Setup setup = pipeline::make_setup(request);
    // The contract of this command: the list itself, so that it can be fed to other tools as it is.
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    std::vector<FaceBox> faces;
    fmt::print("{:<40} {:>5} {:>8} {:>8} {:>8} {:>8} {:>6}\n",
               "image",
               "face",
               "x px",
               "y px",
               "width",
               "height",
               "score");
    for (const std::filesystem::path& path : expand_folders(inputs)) {
      files::throw_if_interrupted();
      const GrayImage image = video::read_image(path);
      setup.detector->detect(image, faces);
      nlohmann::ordered_json entry = {{"image", path.string()},
                                      {"faces", nlohmann::ordered_json::array()}};
      if (faces.empty()) fmt::print("{:<40} {:>5}\n", path.filename().string(), "none");
      for (std::size_t i = 0; i < faces.size(); ++i) {
        const FaceBox& face = faces[i];
        entry["faces"].push_back(face_json(face));
        fmt::print("{:<40} {:>5} {:8.1f} {:8.1f} {:8.1f} {:8.1f} {:6.3f}\n",
                   path.filename().string(),
                   i,
                   face.box.x,
                   face.box.y,
                   face.box.width,
                   face.box.height,
                   face.score);
      }
      list.push_back(std::move(entry));
    }
    if (!json.empty()) write_json(json, list);
  }
};

}  // namespace

void add_detect_command(CLI::App& app) {
  auto command = std::make_shared<DetectCommand>();
  CLI::App* detect = app.add_subcommand("detect", "Detect faces in images");
  detect->add_option("input", command->inputs, "Image files or folders with images")
      ->type_name(kPath)
      ->required();
  add_setup_options(*detect, command->request);
  add_json_option(*detect, command->json);
  detect->callback([command] { command->run(); });
}

}  // namespace eyelid::app
