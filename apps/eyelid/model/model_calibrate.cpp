// SPDX-License-Identifier: MIT
#include "apps/eyelid/model/model_commands.hpp"

#include <fmt/format.h>
#include <CLI/App.hpp>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "apps/command_line/output_option.hpp"
#include "apps/command_line/value_names.hpp"
#include "eyelid/core/error.hpp"
#include "eyelid/frames/letterbox.hpp"
#include "eyelid/model_files/model_file.hpp"
#include "eyelid/networks/blazeface_calibration.hpp"
#include "eyelid/synthesis/portrait.hpp"
#include "eyelid/video/frame_source.hpp"

namespace eyelid::app {
namespace {

constexpr std::uint64_t kPortraitSubjects = 50;
constexpr std::uint64_t kPortraitsPerSubject = 6;

struct CalibrateCommand {
  std::filesystem::path source;
  std::vector<std::string> images;
  std::filesystem::path target;
  double headroom = networks::BlazeFaceCalibration::kHeadroom;

  void run() {
    networks::BlazeFaceWeights weights =
        source.empty() ? networks::embedded_blazeface() : networks::load_blazeface(source);
    networks::BlazeFaceCalibration calibration(weights);
    std::string pictures;
    for (const std::string& origin : images) {
      const std::size_t before = calibration.pictures();
      if (origin == "rendered") {
        add_rendered(calibration);
      } else {
        add_folder(origin, calibration);
      }
      // The folder's own name only: a full path would reveal where pictures are kept.
      const std::string name =
          origin == "rendered"
              ? "rendered portraits"
              : std::filesystem::absolute(origin).lexically_normal().filename().string();
      pictures += fmt::format("{}{} {}",
                              pictures.empty() ? "" : ", ",
                              calibration.pictures() - before,
                              name.empty() ? "pictures" : name);
    }
    weights.int8 = calibration.scales(headroom);
    weights.int8.pictures = fmt::format("{}; headroom {:g}", pictures, headroom);
    model_files::write_model_file(target, networks::blazeface_to_safetensors(weights));
    fmt::print("{}: int8 scales from {}\n", target.string(), weights.int8.pictures);
  }

  static void add_rendered(networks::BlazeFaceCalibration& calibration) {
    synthesis::PortraitOptions options;
    options.min_eye_distance_px = 40.0f;
    frames::Letterbox letterbox(networks::kBlazeFaceInput_px);
    for (std::uint64_t person = 0; person < kPortraitSubjects; person++) {
      const synthesis::PortraitSubject subject(1000 + person);
      for (std::uint64_t i = 0; i < kPortraitsPerSubject; i++) {
        calibration.add(letterbox.fit(subject.portrait(i, options).image));
      }
    }
  }

  static void add_folder(const std::filesystem::path& folder,
                         networks::BlazeFaceCalibration& calibration) {
    frames::Letterbox letterbox(networks::kBlazeFaceInput_px);
    for (const std::filesystem::path& path : video::list_images(folder)) {
      calibration.add(letterbox.fit(video::read_image(path)));
    }
  }
};

}  // namespace

void add_model_calibrate(CLI::App& model) {
  auto command = std::make_shared<CalibrateCommand>();
  CLI::App* calibrate = model.add_subcommand(
      "calibrate", "Add scales for --precision int8 to a BlazeFace model, measured on pictures");
  calibrate->add_option("source", command->source, "BlazeFace model file (default: embedded)")
      ->type_name(kPath);
  calibrate
      ->add_option("--images",
                   command->images,
                   "Folder with pictures, or \"rendered\" for synthetic portraits; may be repeated")
      ->type_name(kPath)
      ->required();
  add_output_option(*calibrate, "--to", command->target, "Output file: .safetensors")->required();
  calibrate
      ->add_option("--headroom",
                   command->headroom,
                   "Range of a channel as a multiple of its largest observed value")
      ->check(CLI::Range(0.1, 10.0))
      ->capture_default_str();
  calibrate->callback([command] { command->run(); });
}

}  // namespace eyelid::app
