// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "eyelid/compute/precision.hpp"
#include "eyelid/core/session.hpp"
#include "eyelid/detection/face_detector.hpp"
#include "eyelid/landmarks/landmark_models.hpp"
#include "eyelid/pipeline/gpu_setup.hpp"
#include "eyelid/pipeline/tracker.hpp"

namespace eyelid::pipeline {

enum class DetectorKind { BlazeFace, Hog, Mtcnn };
constexpr const char* name_of(DetectorKind detector) {
  constexpr const char* kNames[] = {"blazeface", "hog", "mtcnn"};
  return kNames[static_cast<int>(detector)];
}

enum class DeviceChoice { Auto, Cpu, Cuda };
constexpr const char* name_of(DeviceChoice device) {
  constexpr const char* kNames[] = {"auto", "cpu", "cuda"};
  return kNames[static_cast<int>(device)];
}

/// What the user requests; absent values are chosen.
struct SetupRequest {
  DetectorKind detector = DetectorKind::BlazeFace;
  /// BlazeFace: empty = the embedded model; MTCNN: empty = the fetched one; HOG has none.
  std::filesystem::path detector_model;
  /// The subject's face in every frame, where the user has said so: nothing is detected.
  std::optional<Rect> face_box;
  /// Edge of the picture that cuts the subject's face, where the user has said so (cut_face.hpp).
  std::optional<frames::SideEdge> cut_edge;
  /// One eye close up, where the user has said so: neither a face nor an eye is looked for.
  std::optional<Rect> eye_box;
  /// Each replaces the embedded model of its kind: the eye finder, the lid finder, or the ensemble
  /// with the same number of points (22, 68, 6 or 1).
  std::vector<std::filesystem::path> landmark_models;
  landmarks::PointCount landmarks = landmarks::PointCount::Twelve;
  DeviceChoice device = DeviceChoice::Auto;
  std::optional<compute::Precision> precision;  // CPU: not F16; GPU: F32 or F16; else precision_of
  std::optional<int> threads;       // at least 1, at most 4 per processor used; else all processors
  std::optional<int> batch;         // CPU: groups in flight, else 4 per thread; GPU: frames
  std::optional<int> detect_every;  // at least 1; else 1 for BlazeFace, kSlowDetections_per_s
  int upsampling = 0;               // times the frame is doubled first; HOG only
  std::optional<float> score_threshold;  // 0 .. 1; else the detector's own
};

/// 12 or 68.
constexpr int number_of(landmarks::PointCount points) {
  return points == landmarks::PointCount::SixtyEight ? 68 : 12;
}

/// The requested precision, else single: the fastest whose closure is known to be that of single
/// precision is single precision itself. int8 finds as many faces, but moves FEC by more than
/// kMaxFecDifference (docs/results/2026-11-30.md). It never depends on the processor, so that the
/// tables hold the same bytes on all of them.
compute::Precision precision_of(const SetupRequest& request);

/// Root mean square over a film by which FEC may differ from that of single precision in a
/// precision that `auto` chooses: below the noise of any eye at rest.
inline constexpr double kMaxFecDifference = 0.01;

/// Everything a Tracker needs, and what a report says about it.
struct Setup {
  std::unique_ptr<detection::FaceDetector> detector;  // none for a given eye
  std::shared_ptr<const landmarks::LandmarkModels> models;
  TrackerOptions tracker;             // detect_every is 1 where it was not requested
  bool is_detect_every_free = false;  // detect_every was not requested
  std::optional<GpuSetup> gpu;        // the frames go to GPUs, `detector` is on the first of them
  std::string device;                 // "cpu/avx2, 2 threads"
  std::string device_reason;          // why this one
  std::vector<ModelIdentity> identities;
  std::vector<std::pair<std::string, std::string>> options;  // as resolved, in display order
};

/// The request with thresholds for a recording or a camera that shows one subject (`track`,
/// `live`), where they were not requested: a false face costs little there, because the subject is
/// chosen over the frames, and a missed one costs the frame.
SetupRequest for_one_subject(SetupRequest request);

/// Opens models and checks the machine. Throws InputError for bad files and impossible
/// combinations, DeviceError for a device or precision that is absent: never a silent fallback.
Setup make_setup(const SetupRequest& request);

/// Tracks faces as it was set up; on a GPU, `setup.detector` goes.
std::unique_ptr<FrameTracker> make_tracker(Setup& setup);

/// HOG and MTCNN cost ten to fifty times as much as BlazeFace, so by default they run only this
/// often and the landmarks carry the box in between. A head moves little in 20 ms; in 40 ms it may
/// move too far for the landmarks to follow.
inline constexpr double kSlowDetections_per_s = 50.0;

/// Where `detect_every` was not requested: every frame for BlazeFace, every frame up to
/// kSlowDetections_per_s for HOG and MTCNN. Adds the result to the options. Nothing without a
/// detector.
void resolve_detect_every(Setup& setup, double frames_per_second);

}  // namespace eyelid::pipeline
