// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "training/detector/data/color_picture.hpp"
#include "training/detector/data/face_labels.hpp"
#include "training/detector/data/teacher.hpp"

namespace eyelid::training {

/// One set of pictures to learn from.
struct DatasetChoice {
  std::string format_and_path;   // "wflw:faces/wflw", see evaluation/annotated_pictures.hpp;
                                 // "rendered:300" draws that many portraits
  std::optional<double> weight;  // share of the samples; nothing: default_weight()
};
/// WFLW .40, HELEN .18, LFW .16, AFW .14, YouTube Faces .12, rendered .10, others .20: by path.
double default_weight(const std::string& format_and_path);

struct LibraryOptions {
  double held_out_share = 0.12;  // of the scenes of sets with facial points
  bool stops_at_damage = false;  // an unreadable picture or label ends the loading
  /// In crowded scenes, what two detectors find (or the teacher in two parts of the scene, surely)
  /// is a label as well; otherwise all finds are ignored.
  bool labels_crowds = true;
  std::filesystem::path finds_file;  // keeps the finds for the next run; may be empty
  std::uint64_t seed = 1;            // of rendered portraits
  int max_face_px = 150;             // pictures are shrunk until no known face is larger
};

/// A picture in memory and its faces, all in pixels of the (shrunk) picture.
struct TrainingScene {
  PicturePyramid picture;
  std::vector<KnownFace> faces;
  std::vector<Rect> ignored;  // on pixel edges: probably faces, nobody said so
  std::string name;           // "<format>:<file>"
};

/// One set: its scenes, and its faces in the order they are drawn from.
struct SceneGroup {
  std::string name;
  double weight = 0.0;
  bool is_crowded = false;  // scenes of many people
  std::vector<TrainingScene> scenes;
  struct Pick {
    std::uint32_t scene;
    std::uint32_t face;
    float cumulated;  // chance up to and with this face; the last one is 1
  };
  std::vector<Pick> picks;
};

/// A scene kept out of training, as the library's users see pictures.
struct HeldOutScene {
  GrayImage image;               // full size
  std::vector<KnownFace> faces;  // annotated
  std::vector<Rect> ignored;
  std::string set;  // "wflw:<path>"
  std::string name;
};

/// Everything training learns from and is checked on, in memory: some 1.5 GB for 4000 pictures.
/// Immutable once loaded.
struct SceneLibrary {
  std::vector<SceneGroup> groups;
  std::vector<HeldOutScene> held_out;
  std::vector<std::string> problems;  // skipped pictures and labels, one sentence each
  std::size_t picture_bytes = 0;
};

/// Reads all pictures (on all processors) and lets the teacher find what nobody annotated: faces of
/// sets with one face per picture and of bare pictures become labels from a score of 0.6, those of
/// crowded scenes (searched in tiles as well) are ignored. `progress(done, of)` from any thread.
/// Throws InputError: nothing usable, or damage when options say to stop.
SceneLibrary load_scenes(const std::vector<DatasetChoice>& choices,
                         const Teacher* teacher,
                         const LibraryOptions& options,
                         const std::function<void(std::size_t, std::size_t)>& progress = {});

/// The same for ever and everywhere: whether a scene of this name is among the held out.
bool is_held_out(const std::string& scene, double share);

}  // namespace eyelid::training
