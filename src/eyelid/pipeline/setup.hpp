// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "eyelid/core/session.hpp"
#include "eyelid/detection/face_detector.hpp"
#include "eyelid/landmarks/landmark_models.hpp"
#include "eyelid/pipeline/gpu_setup.hpp"
#include "eyelid/pipeline/tracker.hpp"

namespace eyelid::pipeline {

/// What the user asked for; zero and empty mean "choose for me".
struct SetupRequest {
  std::string detector;  // "blazeface", "hog", "mtcnn"; empty: blazeface
  std::filesystem::path
      detector_model;  // BlazeFace: instead of the embedded; MTCNN: of the fetched
  /// Each replaces the embedded model with the same number of points (22, 68, 12 or 6).
  std::vector<std::filesystem::path> landmark_models;
  int landmarks = 12;             // 12 or 68
  std::string device = "auto";    // "auto", "cpu", "cuda"
  std::string precision = "f32";  // "f32", "bf16", "int8"; on a GPU "f32", "f16"
  int threads = 0;
  int batch = 0;                 // groups in flight; 0: 4 per thread
  int detect_every = 0;          // 0: 1 for blazeface, else kSlowDetections_per_s
  int upsampling = 0;            // times the frame is doubled first; hog only
  float score_threshold = 0.0f;  // 0: the detector's own
};

/// Everything a Tracker needs, and what a report says about it.
struct Setup {
  std::unique_ptr<detection::FaceDetector> detector;
  std::shared_ptr<const landmarks::LandmarkModels> models;
  TrackerOptions tracker;             // detect_every is 1 where it was not asked for
  bool is_detect_every_free = false;  // not asked for
  std::optional<GpuSetup> gpu;        // the frames go to GPUs, `detector` is on the first of them
  std::string device;                 // "cpu/avx2, 2 threads"
  std::string device_reason;          // why --device auto took it
  std::vector<ModelIdentity> identities;
  std::vector<std::pair<std::string, std::string>> options;  // as resolved, in display order
};

/// Opens models and checks the machine. Throws InputError for unknown names and bad files,
/// DeviceError for a device or precision that is absent: never a silent fallback.
Setup make_setup(const SetupRequest& request);

/// Tracks as it was set up; `setup.detector` goes into it.
std::unique_ptr<FrameTracker> make_tracker(Setup& setup);

/// HOG and MTCNN cost ten to fifty times what BlazeFace does, so by default they look for the face
/// only so often and the landmarks carry the box in between. A head moves little in 20 ms; in 40 ms
/// it may move too far for the landmarks to follow.
inline constexpr double kSlowDetections_per_s = 50.0;

/// Where --detect-every was not given: every frame for BlazeFace, every frame up to
/// kSlowDetections_per_s for HOG and MTCNN. Adds the result to the options.
void resolve_detect_every(Setup& setup, double frames_per_second);

}  // namespace eyelid::pipeline
