// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/setup.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <optional>
#include <span>

#include "eyelid/compute/machine.hpp"
#include "eyelid/core/error.hpp"
#include "eyelid/core/version.hpp"
#include "eyelid/detection/blazeface_face_detector.hpp"
#include "eyelid/detection/box_decoding.hpp"
#include "eyelid/detection/fixed_face_detector.hpp"
#include "eyelid/detection/hog_face_detector.hpp"
#include "eyelid/detection/mtcnn_face_detector.hpp"
#include "eyelid/files/sha256.hpp"
#include "eyelid/landmarks/shape_model_file.hpp"
#include "eyelid/model_files/embedded_models.hpp"
#include "eyelid/model_files/model_file.hpp"
#include "eyelid/model_files/user_models.hpp"
#include "eyelid/networks/blazeface_weights.hpp"
#include "eyelid/networks/mtcnn_weights.hpp"
#include "eyelid/networks/point_network.hpp"
#include "eyelid/pipeline/gpu_tracker.hpp"
#include "eyelid/pipeline/startable_threads.hpp"

namespace eyelid::pipeline {
namespace {

constexpr const char* kUserMtcnn = "mtcnn.safetensors";

/// Of the CPU: only BlazeFace has kernels in less than single precision.
void check_precision(const SetupRequest& request) {
  using compute::Precision;
  const Precision precision = precision_of(request);
  if (precision == Precision::F16) {
    throw DeviceError("precision f16: only the GPU has such kernels; expected f32, bf16 or int8");
  }
  if (precision != Precision::F32 && request.detector != DetectorKind::BlazeFace) {
    throw DeviceError(fmt::format("precision {}: detector {} has no such kernels; expected f32",
                                  name_of(precision),
                                  name_of(request.detector)));
  }
}

std::unique_ptr<detection::FaceDetector> make_hog(const SetupRequest& request, Setup& setup) {
  if (!request.detector_model.empty()) {
    throw InputError(request.detector_model.string() +
                     ": detector hog has no model file; expected blazeface or mtcnn with it");
  }
  detection::HogOptions options;
  options.score_threshold = request.score_threshold.value_or(options.score_threshold);
  options.upsampling = request.upsampling;
  setup.identities.push_back(
      {"face detector", "dlib frontal face detector (HOG)", "19.24", "dlib", ""});
  return detection::make_hog_detector(options);
}

networks::BlazeFaceWeights load_blazeface_weights(const SetupRequest& request, Setup& setup) {
  networks::BlazeFaceWeights weights = request.detector_model.empty()
                                           ? networks::embedded_blazeface()
                                           : networks::load_blazeface(request.detector_model);
  setup.identities.push_back(
      {"face detector", weights.name, weights.version, weights.source, weights.sha256});
  return weights;
}

std::unique_ptr<detection::FaceDetector> make_blazeface(const SetupRequest& request,
                                                        const networks::BlazeFaceWeights& weights) {
  detection::BlazeFaceOptions options;
  options.score_threshold = request.score_threshold.value_or(options.score_threshold);
  return detection::make_blazeface_detector(
      networks::pack_blazeface(weights, precision_of(request)), options);
}

/// The requested model, else what the user has fetched.
std::filesystem::path mtcnn_file(const SetupRequest& request) {
  if (!request.detector_model.empty()) return request.detector_model;
  if (const auto fetched = model_files::find_user_model(kUserMtcnn)) return *fetched;
  throw InputError(fmt::format(
      "detector mtcnn: no {}; expected a model file, or `eyelid model fetch mtcnn` first",
      (model_files::user_model_folder() / kUserMtcnn).string()));
}

std::unique_ptr<detection::FaceDetector> make_mtcnn(const SetupRequest& request, Setup& setup) {
  const networks::MtcnnWeights weights = networks::load_mtcnn(mtcnn_file(request));
  setup.identities.push_back(
      {"face detector", weights.name, weights.version, weights.source, weights.sha256});
  detection::MtcnnOptions options;
  options.thresholds[2] = request.score_threshold.value_or(options.thresholds[2]);
  return detection::make_mtcnn_detector(weights, options);
}

/// Those that only the CPU has.
std::unique_ptr<detection::FaceDetector> make_other_detector(const SetupRequest& request,
                                                             Setup& setup) {
  if (request.face_box) {
    setup.identities.push_back({"face detector", "none: a given box", "", "--face-box", ""});
    return detection::make_fixed_face_detector(*request.face_box);
  }
  switch (request.detector) {
    case DetectorKind::Hog:
      return make_hog(request, setup);
    case DetectorKind::Mtcnn:
      return make_mtcnn(request, setup);
    case DetectorKind::BlazeFace:
      break;  // created beside its network, which the GPU shares
  }
  throw ContractError("a detector that is created elsewhere");
}

/// The option that only HOG has.
void check_upsampling(const SetupRequest& request) {
  if (request.upsampling > 0 && request.detector != DetectorKind::Hog) {
    throw InputError(fmt::format("upsampling {}: detector {} has none; expected hog",
                                 request.upsampling,
                                 name_of(request.detector)));
  }
}

struct LandmarkRole {
  const char* role;
  const char* embedded;
  std::size_t points;
};
constexpr std::array<LandmarkRole, 4> kLandmarkRoles = {{
    {"landmarks 22 (eyes in a box)", "landmarks_22.safetensors", 22},
    {"landmarks 68 (face)", "landmarks_68.safetensors", 68},
    {"landmarks 6 (one eye)", "landmarks_6.safetensors", 6},
    {"eye presence", "eye_presence.safetensors", 1},
}};

struct LoadedModel {
  landmarks::ShapeModelDescription description;
  ModelIdentity identity;
};

LoadedModel load_landmark_model(const LandmarkRole& role,
                                std::span<const std::byte> bytes,
                                const std::string& source) {
  LoadedModel model{landmarks::load_shape_model(bytes, source), {}};
  const auto text = [&](const char* key) {
    const auto found = model.description.metadata.find(key);
    return found == model.description.metadata.end() ? std::string() : found->second;
  };
  model.identity = {role.role, text("name"), text("version"), source, files::sha256_hex(bytes)};
  return model;
}

LoadedModel load_embedded(const LandmarkRole& role) {
  return load_landmark_model(
      role, model_files::embedded_model(role.embedded), std::string("embedded ") + role.embedded);
}

/// What locates lid points: one ensemble per kLandmarkRoles, in that order, and the networks.
struct LoadedModels {
  std::vector<std::optional<LoadedModel>> ensembles;  // none: not needed
  networks::PointNetworkWeights eye_finder, lid_finder;

  std::vector<ModelIdentity> identities() const {
    const auto identity = [](const char* role, const networks::PointNetworkWeights& weights) {
      return ModelIdentity{role, weights.name, weights.version, weights.source, weights.sha256};
    };
    std::vector<ModelIdentity> all = {identity("eye finder", eye_finder),
                                      identity("lid finder", lid_finder)};
    for (const std::optional<LoadedModel>& model : ensembles) {
      if (model) all.push_back(model->identity);
    }
    return all;
  }
};

/// The embedded models, and the user's files instead of those of their kind. The embedded one of 68
/// points is as large as all others together, so it is read only to report a face of 68 points.
LoadedModels load_landmark_models(const std::vector<std::filesystem::path>& files,
                                  bool needs_face) {
  std::vector<std::optional<LoadedModel>> chosen(kLandmarkRoles.size());
  std::optional<networks::PointNetworkWeights> eye_finder, lid_finder;
  for (const std::filesystem::path& path : files) {
    const std::vector<std::byte> bytes = model_files::read_model_file(path);
    if (const auto* shape = networks::point_network_shape(bytes, path.string())) {
      auto& network = shape == &networks::kEyeFinder ? eye_finder : lid_finder;
      network = networks::load_point_network(*shape, bytes, path.string());
      continue;
    }
    const std::size_t points = landmarks::load_shape_model(bytes, path.string()).mean_shape.size();
    const auto role = std::ranges::find(kLandmarkRoles, points, &LandmarkRole::points);
    if (role == kLandmarkRoles.end()) {
      throw InputError(fmt::format(
          "{}: a shape model of {} points; expected 22, 68, 6 or 1", path.string(), points));
    }
    chosen[static_cast<std::size_t>(role - kLandmarkRoles.begin())] =
        load_landmark_model(*role, bytes, path.string());
  }
  LoadedModels models;
  for (std::size_t i = 0; i < kLandmarkRoles.size(); ++i) {
    const bool is_needed = needs_face || kLandmarkRoles[i].points != 68;
    if (!chosen[i] && is_needed) chosen[i] = load_embedded(kLandmarkRoles[i]);
    models.ensembles.push_back(std::move(chosen[i]));
  }
  models.eye_finder =
      eye_finder ? std::move(*eye_finder) : networks::embedded_point_network(networks::kEyeFinder);
  models.lid_finder =
      lid_finder ? std::move(*lid_finder) : networks::embedded_point_network(networks::kLidFinder);
  return models;
}

void describe_options(const SetupRequest& request, Setup& setup) {
  const auto add = [&](const char* name, std::string value) {
    setup.options.emplace_back(name, std::move(value));
  };
  if (setup.detector) add("detector", std::string(setup.detector->name()));
  if (const std::optional<Rect>& box = request.face_box) {
    add("face box", fmt::format("{},{},{},{}", box->x, box->y, box->width, box->height));
  }
  if (request.cut_edge) {
    add("cut edge", name_of(*request.cut_edge));
    add("cut edge source", "given");
  }
  if (request.upsampling > 0) add("upsample", fmt::format("{}", request.upsampling));
  add("landmarks", fmt::format("{}", number_of(request.landmarks)));
  add("device", name_of(request.device));
  add("precision", name_of(precision_of(request)));
  add("precision reason",
      request.precision ? "requested"
                        : "auto: the only one whose closure is known to be the same, int8 moves "
                          "FEC by more than " +
                              fmt::format("{}", kMaxFecDifference));
  add("threads", fmt::format("{}", setup.tracker.threads));
}

/// Hands detector and models to the GPUs; the options of the tracker must be set.
void use_gpu(const SetupRequest& request,
             const ChosenDevice& device,
             const networks::BlazeFaceWeights& weights,
             const LoadedModels& models,
             Setup& setup) {
  GpuSetup chosen;
  chosen.models = std::make_shared<const gpu::DeviceModels>(weights,
                                                            models.eye_finder,
                                                            models.lid_finder,
                                                            models.ensembles[0]->description,
                                                            models.ensembles[2]->description,
                                                            models.ensembles[1]->description,
                                                            models.ensembles[3]->description);
  const detection::BlazeFaceOptions defaults;
  chosen.measure = {precision_of(request),
                    detection::logit_of(request.score_threshold.value_or(defaults.score_threshold)),
                    defaults.suppression_iou,
                    setup.tracker.points == landmarks::PointCount::SixtyEight,
                    setup.tracker.detect_every};
  chosen.devices = device.devices;
  chosen.batch_frames = gpu_batch_frames(request.batch, setup.tracker.detect_every);
  setup.device = "cuda:0 " + chosen.devices[0];
  if (chosen.devices.size() > 1) {
    setup.device += fmt::format(" and {} more", chosen.devices.size() - 1);
  }
  setup.detector = chosen.make_detector();
  setup.gpu = std::move(chosen);
}

}  // namespace

compute::Precision precision_of(const SetupRequest& request) {
  return request.precision.value_or(compute::Precision::F32);
}

SetupRequest for_one_subject(SetupRequest request) {
  // dlib's own threshold (0.5 here) loses faces in dim webcam pictures, whose confidence falls to
  // -0.22; 0.35 is a confidence of -0.31.
  constexpr float kHogScore = 0.35f;
  if (request.detector == DetectorKind::Hog && !request.score_threshold) {
    request.score_threshold = kHogScore;
  }
  return request;
}

Setup make_setup(const SetupRequest& request) {
  const ChosenDevice device = choose_device(request);
  Setup setup;
  std::optional<networks::BlazeFaceWeights> weights;
  const compute::Machine machine = compute::this_machine();
  check_upsampling(request);
  if (!device.is_gpu) check_precision(request);
  if (request.eye_box) {
    setup.identities.push_back({"face detector", "none: a given eye", "", "--eye-box", ""});
  } else if (request.detector == DetectorKind::BlazeFace && !request.face_box) {
    weights = load_blazeface_weights(request, setup);
    if (!device.is_gpu) setup.detector = make_blazeface(request, *weights);
  } else {
    setup.detector = make_other_detector(request, setup);
  }

  const bool needs_face = request.landmarks == landmarks::PointCount::SixtyEight || device.is_gpu;
  const LoadedModels models = load_landmark_models(request.landmark_models, needs_face);
  for (ModelIdentity& identity : models.identities()) {
    setup.identities.push_back(std::move(identity));
  }
  setup.models = std::make_shared<const landmarks::LandmarkModels>(landmarks::LandmarkModels{
      landmarks::ShapeModel(models.ensembles[0]->description),
      models.ensembles[1] ? std::optional<landmarks::ShapeModel>(models.ensembles[1]->description)
                          : std::nullopt,
      networks::pack_point_network(models.eye_finder),
      networks::pack_point_network(models.lid_finder),
      landmarks::ShapeModel(models.ensembles[2]->description),
      landmarks::ShapeModel(models.ensembles[3]->description)});

  setup.tracker.points = request.landmarks;
  setup.tracker.cut_edge = request.cut_edge;
  // One eye close up is measured by the caller's thread.
  setup.tracker.threads =
      request.eye_box ? 1 : startable_threads(request.threads.value_or(machine.hardware_threads));
  setup.tracker.groups_in_flight = request.batch.value_or(0);
  setup.is_detect_every_free = !request.detect_every;
  setup.tracker.detect_every = request.detect_every.value_or(1);
  setup.device = fmt::format("cpu/{}, {} thread{}",
                             machine.cpu_features,
                             setup.tracker.threads,
                             setup.tracker.threads == 1 ? "" : "s");
  setup.device_reason = device.reason;
  if (device.is_gpu) use_gpu(request, device, *weights, models, setup);
  describe_options(request, setup);
  return setup;
}

std::unique_ptr<FrameTracker> make_tracker(Setup& setup) {
  if (setup.gpu) {
    setup.detector.reset();  // the device's memory is for batches
    return std::make_unique<GpuTracker>(setup.gpu->make_devices());
  }
  return std::make_unique<Tracker>(setup.detector->clone(), setup.models, setup.tracker);
}

void resolve_detect_every(Setup& setup, double frames_per_second) {
  if (!setup.detector) return;
  const std::string_view detector = setup.detector->name();
  if (setup.is_detect_every_free && (detector == "hog" || detector == "mtcnn")) {
    setup.tracker.detect_every =
        std::max(1, static_cast<int>(std::lround(frames_per_second / kSlowDetections_per_s)));
  }
  setup.options.emplace_back(
      "detect every",
      fmt::format(
          "{} frame{}", setup.tracker.detect_every, setup.tracker.detect_every == 1 ? "" : "s"));
}

}  // namespace eyelid::pipeline
