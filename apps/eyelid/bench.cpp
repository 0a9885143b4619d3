// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "command.hpp"
#include "detector_trainer.hpp"
#include "eyelid/closure/eye_aspect_ratio.hpp"
#include "eyelid/core/error.hpp"
#include "eyelid/pipeline/face_selection.hpp"
#include "eyelid/pipeline/setup.hpp"
#include "eyelid/synthesis/session_renderer.hpp"
#include "eyelid/video/frame_source.hpp"
#include "json_output.hpp"
#include "options.hpp"

namespace eyelid::app {
namespace {

using Clock = std::chrono::steady_clock;

enum class Stage { Detector, Landmarks, WholeFrame };

const char* name_of(Stage stage) {
  switch (stage) {
    case Stage::Detector:
      return "detector";
    case Stage::Landmarks:
      return "landmarks";
    case Stage::WholeFrame:
      return "whole_frame";
  }
  return "";
}

/// Latency per image of all threads together, and the wall time they took.
struct Timing {
  std::vector<double> latencies_ms;
  double wall_s = 0.0;

  double percentile(double share) const {
    const auto last = static_cast<double>(latencies_ms.size() - 1);
    return latencies_ms[static_cast<std::size_t>(share * last + 0.5)];
  }
};

struct BenchCommand {
  pipeline::SetupRequest request;
  std::filesystem::path input;
  std::filesystem::path json;
  int images = 2000;
  int warm_up = 100;

  void run(const std::string& command, const std::vector<Stage>& stages);

 private:
  std::vector<GreyImage> load_frames() const;
  Timing measure(Stage stage,
                 const pipeline::Setup& setup,
                 const std::vector<GreyImage>& frames) const;
  void one_thread(Stage stage,
                  const pipeline::Setup& setup,
                  const std::vector<GreyImage>& frames,
                  std::vector<double>& latencies_ms) const;
};

/// Frames in memory: of --input, else of a rendered session, spread over its course.
std::vector<GreyImage> BenchCommand::load_frames() const {
  constexpr int kFrames = 64;
  std::vector<GreyImage> frames;
  if (input.empty()) {
    const synthesis::SessionRenderer renderer(synthesis::SessionOptions{});
    for (int i = 0; i < kFrames; ++i) {
      renderer.render(i * renderer.frame_count() / kFrames, frames.emplace_back());
    }
    return frames;
  }
  const auto source = video::open_source({input});
  for (video::Frame frame; frames.size() < kFrames && source->next(frame);) {
    frames.push_back(frame.image.copy());
  }
  return frames;
}

void BenchCommand::one_thread(Stage stage,
                              const pipeline::Setup& setup,
                              const std::vector<GreyImage>& frames,
                              std::vector<double>& latencies_ms) const {
  const auto detector = setup.detector->clone();
  landmarks::EyeLandmarker landmarker(setup.models);
  std::vector<FaceBox> faces;
  // Landmarks alone get the boxes beforehand.
  std::vector<std::optional<FaceBox>> boxes;
  for (const GreyImage& frame : frames) {
    detector->detect(frame, faces);
    boxes.push_back(pipeline::nearest_or_largest(faces, std::nullopt));
  }
  const auto work = [&](std::size_t i) {
    std::optional<FaceBox> face = boxes[i];
    if (stage != Stage::Landmarks) {
      detector->detect(frames[i], faces);
      face = pipeline::nearest_or_largest(faces, std::nullopt);
    }
    if (stage == Stage::Detector || !face) return 0.0f;
    const landmarks::FacePoints points = landmarker.locate(frames[i], *face, setup.tracker.points);
    return closure::eye_aspect_ratio(points.eyes.right).value_or(0.0f) +
           closure::eye_aspect_ratio(points.eyes.left).value_or(0.0f);
  };
  volatile float sink = 0.0f;
  for (int i = 0; i < warm_up; ++i) sink = work(static_cast<std::size_t>(i) % frames.size());
  latencies_ms.reserve(static_cast<std::size_t>(images));
  for (int i = 0; i < images; ++i) {
    const Clock::time_point start = Clock::now();
    sink = work(static_cast<std::size_t>(i) % frames.size());
    latencies_ms.push_back(std::chrono::duration<double, std::milli>(Clock::now() - start).count());
  }
  static_cast<void>(sink);
}

Timing BenchCommand::measure(Stage stage,
                             const pipeline::Setup& setup,
                             const std::vector<GreyImage>& frames) const {
  const auto threads = static_cast<std::size_t>(setup.tracker.threads);
  std::vector<std::vector<double>> latencies_ms(threads);
  {
    std::vector<std::jthread> workers;
    for (std::size_t t = 0; t < threads; ++t) {
      workers.emplace_back([&, t] { one_thread(stage, setup, frames, latencies_ms[t]); });
    }
  }
  Timing timing;
  for (const std::vector<double>& of_thread : latencies_ms) {
    double total_ms = 0.0;
    for (const double ms : of_thread) total_ms += ms;
    timing.wall_s = std::max(timing.wall_s, total_ms * 1e-3);
    timing.latencies_ms.insert(timing.latencies_ms.end(), of_thread.begin(), of_thread.end());
  }
  std::ranges::sort(timing.latencies_ms);
  return timing;
}

void BenchCommand::run(const std::string& command, const std::vector<Stage>& stages) {
  const pipeline::Setup setup = pipeline::make_setup(request);
  const std::vector<GreyImage> frames = load_frames();
  fmt::print("{} frames of {}x{} in memory, detector {} on every frame, {}\n",
             frames.size(),
             frames[0].width(),
             frames[0].height(),
             setup.detector->name(),
             setup.device);
  fmt::print("{:<12} {:>7} {:>6} {:>10} {:>9} {:>9} {:>9} {:>9} {:>10}\n",
             "stage",
             "threads",
             "points",
             "ms/image",
             "p50",
             "p95",
             "p99",
             "min",
             "images/s");
  nlohmann::ordered_json object = json_head(command);
  object["rows"] = nlohmann::ordered_json::array();
  for (const Stage stage : stages) {
    const Timing timing = measure(stage, setup, frames);
    const auto count = static_cast<double>(timing.latencies_ms.size());
    const double images_per_s = count / timing.wall_s;
    fmt::print("{:<12} {:>7} {:>6} {:>10.4f} {:>9.4f} {:>9.4f} {:>9.4f} {:>9.4f} {:>10.0f}\n",
               name_of(stage),
               setup.tracker.threads,
               request.landmarks,
               1e3 / images_per_s,
               timing.percentile(0.50),
               timing.percentile(0.95),
               timing.percentile(0.99),
               timing.latencies_ms.front(),
               images_per_s);
    object["rows"].push_back({{"stage", name_of(stage)},
                              {"device", "cpu"},
                              {"detector", std::string(setup.detector->name())},
                              {"precision", request.precision},
                              {"threads", setup.tracker.threads},
                              {"batch", 1},
                              {"landmarks", request.landmarks},
                              {"ms_per_image", 1e3 / images_per_s},
                              {"ms_p50", timing.percentile(0.50)},
                              {"ms_p95", timing.percentile(0.95)},
                              {"ms_p99", timing.percentile(0.99)},
                              {"images_per_s", images_per_s},
                              {"images_per_s_per_w", nullptr},
                              {"fma_peak_fraction", nullptr}});
  }
  if (!json.empty()) write_json(json, object);
}

void add_bench(CLI::App& bench,
               const std::string& name,
               const std::string& description,
               const std::vector<Stage>& stages) {
  auto command = std::make_shared<BenchCommand>();
  CLI::App* app = bench.add_subcommand(name, description);
  app->add_option("--input", command->input, "Video or pictures (default: a rendered session)");
  app->add_option("--images", command->images, "Images timed per thread")
      ->check(CLI::Range(20, 10000000))
      ->capture_default_str();
  add_setup_options(*app, command->request);
  add_json_option(*app, command->json);
  app->callback([command, name, stages] { command->run("bench " + name, stages); });
}

}  // namespace

void add_bench_command(CLI::App& app) {
  CLI::App* bench =
      app.add_subcommand("bench", "How fast this machine is, on frames held in memory");
  bench->require_subcommand(1);
  add_bench(*bench, "detector", "Face detection", {Stage::Detector});
  add_bench(*bench, "landmarks", "Landmarks and eye aspect ratio, boxes given", {Stage::Landmarks});
  add_bench(*bench,
            "pipeline",
            "Grey frame in memory to closure, detection on every frame",
            {Stage::Detector, Stage::Landmarks, Stage::WholeFrame});
  CLI::App* training = bench->add_subcommand(
      "training", "Training speed by batch size; runs eyelid-train, see eyelid-train speed --help");
  training->prefix_command();
  training->set_help_flag();
  training->callback([training] { run_detector_trainer("speed", training->remaining()); });
}

}  // namespace eyelid::app
