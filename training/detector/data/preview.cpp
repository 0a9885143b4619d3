// SPDX-License-Identifier: MIT
// Draws contact sheets of training samples with their labels (boxes green, ignored red, keypoints
// yellow), and times the making of samples.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>

#include "eyelid/core/error.hpp"
#include "eyelid/core/stopwatch.hpp"
#include "training/detector/data/held_out_check.hpp"
#include "training/detector/data/scene_sampler.hpp"

namespace eyelid::training {
namespace {

class Sheet {
 public:
  Sheet(int columns, int rows, int zoom)
      : columns_(columns),
        zoom_(zoom),
        picture_(columns * kDetectorSide * zoom, rows * kDetectorSide * zoom) {}

  void add(int index, const TrainingSample& sample) {
    left_ = index % columns_ * kDetectorSide * zoom_;
    top_ = index / columns_ * kDetectorSide * zoom_;
    for (int y = 0; y < kDetectorSide * zoom_; ++y) {
      for (int x = 0; x < kDetectorSide * zoom_; ++x) {
        const auto place = static_cast<std::size_t>(y / zoom_ * kDetectorSide + x / zoom_);
        const auto gray = static_cast<std::uint8_t>((sample.pixels[place] + 1.0f) * 127.5f + 0.5f);
        std::fill_n(picture_.row(top_ + y) + 3 * (left_ + x), 3, gray);
      }
    }
    for (const Rect& box : sample.ignored) draw(box, {255, 40, 40});
    for (const LabeledFace& face : sample.faces) {
      draw(face.box, {40, 255, 40});
      for (std::size_t i = 0; i < 6; ++i) {
        if (face.keypoint_weight[i] > 0.0f) {
          dot(face.keypoints[i], i % 2 == 0 ? Color{255, 220, 0} : Color{0, 220, 255});
        }
      }
    }
  }

  void save(const std::filesystem::path& path) const {
    std::ofstream stream(path, std::ios::binary);
    stream << "P6\n" << picture_.width << ' ' << picture_.height << "\n255\n";
    stream.write(reinterpret_cast<const char*>(picture_.rgb.data()),
                 static_cast<std::streamsize>(picture_.rgb.size()));
    if (!stream.flush()) throw InputError(path.string() + ": cannot be written");
  }

 private:
  using Color = std::array<std::uint8_t, 3>;
  void put(float x, float y, Color color) {
    const int px = static_cast<int>(std::floor(x * static_cast<float>(zoom_)));
    const int py = static_cast<int>(std::floor(y * static_cast<float>(zoom_)));
    const int side = kDetectorSide * zoom_;
    if (px < 0 || py < 0 || px >= side || py >= side) return;
    std::copy_n(color.data(), 3, picture_.row(top_ + py) + 3 * (left_ + px));
  }
  void draw(const Rect& box, Color color) {
    const float step = 1.0f / static_cast<float>(zoom_);
    for (float x = box.x; x <= box.right(); x += step) {
      put(x, box.y, color);
      put(x, box.bottom(), color);
    }
    for (float y = box.y; y <= box.bottom(); y += step) {
      put(box.x, y, color);
      put(box.right(), y, color);
    }
  }
  void dot(Point p, Color color) {
    const float step = 1.0f / static_cast<float>(zoom_);
    for (int dy = 0; dy < 2; ++dy) {
      for (int dx = 0; dx < 2; ++dx) {
        put(p.x + (static_cast<float>(dx) - 0.5f) * step,
            p.y + (static_cast<float>(dy) - 0.5f) * step,
            color);
      }
    }
  }

  int columns_;
  int zoom_;
  int left_ = 0;
  int top_ = 0;
  ColorPicture picture_;
};

struct PreviewCommand {
  std::vector<std::string> datasets;
  std::string teacher;
  std::string out;
  int columns = 8;
  int rows = 6;
  int zoom = 2;
  std::uint64_t first = 0;
  int timed = 500;
  std::vector<std::string> checked;
  SamplerOptions sampler;
  LibraryOptions library_options;

  void run();
};

void print_held_out(const SceneLibrary& library, const std::string& model) {
  constexpr float kThresholds[] = {0.5f, 0.3f, 0.4f, 0.6f, 0.7f, 0.8f};
  fmt::print("{} on held-out scenes\n", model);
  for (const HeldOutSet& set :
       check_on_held_out(library, networks::load_blazeface(model), kThresholds)) {
    fmt::print("  {}: {} pictures, eye error {:.4f}\n", set.set, set.pictures, set.eye_error);
    for (const ThresholdFigures& row : set.thresholds) {
      fmt::print("    at {:.1f}: {} of {}, recall {:.3f}, precision {:.3f}\n",
                 row.threshold,
                 row.found,
                 row.faces,
                 row.recall(),
                 row.precision());
    }
  }
}

void PreviewCommand::run() {
  std::shared_ptr<const Teacher> model;
  if (!teacher.empty()) model = std::make_shared<Teacher>(teacher);
  std::vector<DatasetChoice> choices;
  for (const std::string& dataset : datasets) choices.push_back({dataset, std::nullopt});
  const Stopwatch stopwatch;
  const auto library =
      std::make_shared<SceneLibrary>(load_scenes(choices, model.get(), library_options));
  fmt::print("loaded in {:.1f} s, {:.0f} MB of pictures\n",
             stopwatch.seconds(),
             static_cast<double>(library->picture_bytes) * 1e-6);
  for (const SceneGroup& group : library->groups) {
    std::size_t ignored = 0;
    for (const TrainingScene& scene : group.scenes) ignored += scene.ignored.size();
    fmt::print("  {}: weight {:.2f}, {} scenes, {} faces, {} ignored\n",
               group.name,
               group.weight,
               group.scenes.size(),
               group.picks.size(),
               ignored);
  }
  fmt::print("  held out: {} scenes\n", library->held_out.size());
  for (const std::string& problem : library->problems) fmt::print("skipped: {}\n", problem);
  for (const std::string& file : checked) print_held_out(*library, file);

  const SceneSampler sampler_of_all(library, model, sampler);
  TrainingSample sample;
  if (timed > 0) {
    const Stopwatch sampling;
    for (int i = 0; i < timed; ++i) sampler_of_all.make(static_cast<std::uint64_t>(i), sample);
    fmt::print("{:.0f} samples per second on one thread\n", timed / sampling.seconds());
  }
  Sheet sheet(columns, rows, zoom);
  for (int i = 0; i < columns * rows; ++i) {
    sampler_of_all.make(first + static_cast<std::uint64_t>(i), sample);
    sheet.add(i, sample);
  }
  sheet.save(out);
}

}  // namespace
}  // namespace eyelid::training

int main(int argc, char** argv) try {
  using namespace eyelid;
  CLI::App app("Draw a contact sheet of the training samples of the face detector.");
  training::PreviewCommand command;
  app.add_option("--dataset", command.datasets, "Training data, FORMAT:PATH; may be repeated")
      ->required();
  app.add_option(
      "--teacher", command.teacher, "BlazeFace model that finds faces without annotation");
  app.add_option("--out", command.out, "Output picture (.ppm)")->required();
  app.add_option(
      "--finds", command.library_options.finds_file, "Cache file for the faces the teacher found");
  app.add_option("--check", command.checked, "BlazeFace model to evaluate on the held-out scenes");
  app.add_option("--columns", command.columns, "Columns of the sheet")
      ->check(CLI::Range(1, 32))
      ->capture_default_str();
  app.add_option("--rows", command.rows, "Rows of the sheet")
      ->check(CLI::Range(1, 32))
      ->capture_default_str();
  app.add_option("--zoom", command.zoom, "Magnification of the samples")
      ->check(CLI::Range(1, 8))
      ->capture_default_str();
  app.add_option("--first", command.first, "Index of the first sample")->capture_default_str();
  app.add_option("--seed", command.sampler.seed, "Random seed")->capture_default_str();
  app.add_option("--timed", command.timed, "Number of samples to time; 0: none")
      ->capture_default_str();
  app.add_flag_callback(
      "--clean",
      [&command] { command.sampler.is_degraded = false; },
      "Do not simulate recording artifacts");
  CLI11_PARSE(app, argc, argv);
  command.run();
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "eyelid-detector-samples: %s\n", error.what());
  return 1;
}
