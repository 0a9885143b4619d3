// SPDX-License-Identifier: MIT
#include "training/detector/detector_data.hpp"

#include <fmt/format.h>

#include <CLI/App.hpp>
#include <charconv>
#include <filesystem>
#include <string>
#include <vector>

#include "eyelid/core/error.hpp"
#include "training/detector/data/held_out_check.hpp"
#include "training/detector/data/scene_sampler.hpp"

namespace eyelid::training {
namespace {

struct Choice {
  std::vector<std::string> datasets;
  std::filesystem::path teacher;
  std::string license = "see the data sets";
  LibraryOptions library;
  SamplerOptions sampler;
};

/// "wflw:faces/wflw" or "wflw:faces/wflw@0.4".
DatasetChoice parse(const std::string& text) {
  const std::size_t at = text.rfind('@');
  if (at == std::string::npos) return {text, std::nullopt};
  double weight = 0.0;
  const char* end = text.data() + text.size();
  const auto result = std::from_chars(text.data() + at + 1, end, weight);
  if (result.ec != std::errc() || result.ptr != end || !(weight > 0.0)) {
    throw InputError("--dataset " + text + ": \"" + text.substr(at + 1) +
                     "\" after @; expected the set's share of the samples, above 0");
  }
  return {text.substr(0, at), weight};
}

HeldOutFigures check(const SceneLibrary& library, const networks::BlazeFaceWeights& weights) {
  constexpr float kThreshold[] = {0.5f};
  const std::vector<HeldOutSet> sets = check_on_held_out(library, weights, kThreshold);
  // Portraits tell about eye points; in crowds profiles are many, whose eyes nearly coincide.
  double eye_error = 0.0;
  int eyes = 0;
  for (const HeldOutSet& set : sets) {
    if (!set.set.starts_with("300w:")) continue;
    eye_error += set.eye_error * set.eyes;
    eyes += set.eyes;
  }
  const ThresholdFigures& figures = sets.back().thresholds.front();
  return {figures.faces,
          figures.found,
          figures.false_detections,
          eyes > 0 ? eye_error / eyes : sets.back().eye_error};
}

std::string describe(const SceneLibrary& library, const Choice& choice) {
  std::string text;
  for (const SceneGroup& group : library.groups) {
    const std::string kind = group.name.substr(0, group.name.find(':'));
    const std::string folder = std::filesystem::path(group.name).filename().string();
    text += fmt::format("{}{} ({}: {} scenes, {} faces, share {:.3f})",
                        text.empty() ? "" : ", ",
                        folder,
                        kind,
                        group.scenes.size(),
                        group.picks.size(),
                        group.weight);
  }
  if (!choice.teacher.empty()) text += "; teacher " + choice.teacher.filename().string();
  return text;
}

DetectorData open(const Choice& choice, std::uint64_t seed) {
  std::vector<DatasetChoice> datasets;
  for (const std::string& text : choice.datasets) datasets.push_back(parse(text));
  std::shared_ptr<const Teacher> teacher;
  if (!choice.teacher.empty()) teacher = std::make_shared<Teacher>(choice.teacher);
  auto library =
      std::make_shared<const SceneLibrary>(load_scenes(datasets, teacher.get(), choice.library));
  DetectorData data;
  data.problems = library->problems;
  data.description = describe(*library, choice);
  data.license = choice.license;
  SamplerOptions sampler = choice.sampler;
  sampler.seed = seed;
  data.source = std::make_shared<SceneSampler>(library, teacher, sampler);
  if (!library->held_out.empty()) {
    data.evaluate = [library](const networks::BlazeFaceWeights& weights) {
      return check(*library, weights);
    };
  }
  return data;
}

void add_sampler_options(CLI::App& command, SamplerOptions& o) {
  const auto share = [&](const char* name, double& value, const char* what) {
    command.add_option(name, value, what)->check(CLI::Range(0.0, 1.0))->capture_default_str();
  };
  share("--teacher-share", o.teacher_share, "Fraction of samples labeled by the teacher");
  share("--mosaics", o.mosaics, "Fraction of pictures made of 2 or 4 cells");
  share("--letterboxes", o.letterboxes, "Fraction of pictures with letterbox bars");
  share("--without-face", o.without_face, "Fraction of cells without a target face");
  share("--pasted", o.pasted, "Fraction of pictures with an added face");
  share("--backdrops", o.backdrops, "Fraction of small pictures placed on another scene");
  share("--glasses", o.glasses, "Fraction of faces with rendered glasses");
  share("--hidden", o.hidden, "Fraction of pictures with a partly occluded face");
  command.add_option("--smallest-face", o.min_face_px, "Min face size in input pixels")
      ->capture_default_str();
  command.add_option("--largest-face", o.max_face_px, "Max face size in input pixels")
      ->capture_default_str();
  command.add_flag_callback(
      "--clean", [&o] { o.is_degraded = false; }, "Do not simulate recording artifacts");
}

}  // namespace

OpenDetectorData add_detector_data_options(CLI::App& command) {
  auto choice = std::make_shared<Choice>();
  command
      .add_option(
          "--dataset",
          choice->datasets,
          "Training data, FORMAT:PATH or FORMAT:PATH@FRACTION: 300w, wflw, pictures and others, "
          "or rendered:COUNT; may be repeated")
      ->required();
  command.add_option("--teacher",
                     choice->teacher,
                     "BlazeFace model for color pictures (.tflite, .pth), used as a teacher");
  command.add_option(
      "--finds", choice->library.finds_file, "Cache file for the faces the teacher found");
  command
      .add_option("--hold-out",
                  choice->library.held_out_share,
                  "Fraction of scenes held out for evaluation")
      ->check(CLI::Range(0.0, 0.9))
      ->capture_default_str();
  command.add_flag_callback(
      "--ignore-crowds",
      [choice] { choice->library.labels_crowds = false; },
      "Never use faces found in crowded scenes as labels, even when two detectors agree");
  command.add_flag("--stop-at-damage",
                   choice->library.stops_at_damage,
                   "Stop at an unreadable picture or label instead of skipping it");
  command
      .add_option("--license", choice->license, "License of the weights, stored in the model file")
      ->capture_default_str();
  add_sampler_options(command, choice->sampler);
  return [choice](std::uint64_t seed) { return open(*choice, seed); };
}

}  // namespace eyelid::training
