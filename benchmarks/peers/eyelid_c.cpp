// SPDX-License-Identifier: MIT
// C interface of what peers.py times beside other engines in one process: BlazeFace's network,
// detectors and whole frames on pictures in memory, picture files, tree ensembles of a dlib file,
// and the rendered frames all peers are given. Messages hold 256 bytes; null or false: it failed.
#include <dlib/revision.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <exception>
#include <fstream>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "eyelid/closure/causal_closure.hpp"
#include "eyelid/core/error.hpp"
#include "eyelid/detection/subject_selection.hpp"
#include "eyelid/landmarks/dlib_reference.hpp"
#include "eyelid/landmarks/random_shape_model.hpp"
#include "eyelid/landmarks/shape_model.hpp"
#include "eyelid/landmarks/shape_model_file.hpp"
#include "eyelid/model_files/model_file.hpp"
#include "eyelid/networks/blazeface_network.hpp"
#include "eyelid/pipeline/frame_measurer.hpp"
#include "eyelid/pipeline/setup.hpp"
#include "eyelid/pipeline/spin_thread_pool.hpp"
#include "eyelid/synthesis/session_renderer.hpp"
#include "eyelid/video/frame_source.hpp"

namespace {

using namespace eyelid;

void say(const std::exception& error, char* message) {
  std::strncpy(message, error.what(), 255);
  message[255] = '\0';
}

struct Worker {
  pipeline::FrameMeasurer measurer;
  std::vector<FaceBox> faces = {};
  closure::CausalClosure closure{std::nullopt};
};

struct Frames {
  explicit Frames(const pipeline::SetupRequest& request)
      : setup(pipeline::make_setup(request)), team(*request.threads) {
    for (int i = 0; i < *request.threads; ++i) {
      workers.push_back(std::make_unique<Worker>(Worker{
          pipeline::FrameMeasurer(setup.detector->clone(), setup.models, setup.tracker.points)}));
    }
  }
  pipeline::Setup setup;
  pipeline::SpinThreadPool team;
  std::vector<std::unique_ptr<Worker>> workers;
};

/// Picture files as `eyelid track` reads and measures them.
struct Files {
  explicit Files(pipeline::Setup setup) : tracker(pipeline::make_tracker(setup)) {}
  std::unique_ptr<pipeline::FrameTracker> tracker;
};

struct Ensemble {
  Ensemble(const char* path, landmarks::LeafType leaves)
      : model(landmarks::load_shape_model(model_files::read_model_file(path), path), leaves) {}
  landmarks::ShapeModel model;
  std::vector<Point> points = std::vector<Point>(model.point_count());
};

/// The one of `choices` with this name.
template <class Choice>
Choice named(const std::string& name, std::initializer_list<Choice> choices) {
  std::string known;
  for (const Choice choice : choices) {
    if (name_of(choice) == name) return choice;
    known += ' ';
    known += name_of(choice);
  }
  throw InputError(name + ": unknown; expected one of" + known);
}

pipeline::SetupRequest request_for(
    const char* detector, const char* model, const char* precision, int landmarks, int threads) {
  using pipeline::DetectorKind, compute::Precision;
  pipeline::SetupRequest request;
  request.detector =
      named(detector, {DetectorKind::BlazeFace, DetectorKind::Hog, DetectorKind::Mtcnn});
  request.detector_model = model;
  request.precision = named(precision, {Precision::F32, Precision::Bf16, Precision::Int8});
  request.landmarks =
      landmarks == 68 ? landmarks::PointCount::SixtyEight : landmarks::PointCount::Twelve;
  request.threads = threads;
  request.device = pipeline::DeviceChoice::Cpu;
  return request;
}

}  // namespace

extern "C" {

const char* eyelid_dlib_version() {
  static const std::string version =
      std::to_string(DLIB_MAJOR_VERSION) + "." + std::to_string(DLIB_MINOR_VERSION);
  return version.c_str();
}

/// `precision` is "f32", "bf16" or "int8". Null when the model cannot be loaded or this processor
/// lacks the precision; `message` (256 bytes) then says why.
void* eyelid_blazeface_open(const char* path, const char* precision, char* message) try {
  using networks::Precision;
  const std::string name(precision);
  return new networks::BlazeFaceNetwork(networks::pack_blazeface(networks::load_blazeface(path),
                                                                 name == "bf16" ? Precision::Bf16
                                                                 : name == "int8"
                                                                     ? Precision::Int8
                                                                     : Precision::F32));
} catch (const std::exception& error) {
  say(error, message);
  return nullptr;
}

const char* eyelid_blazeface_isa(const void* session) {
  return static_cast<const networks::BlazeFaceNetwork*>(session)->isa();
}

/// pixels (128, 128) with 64 readable bytes behind them; logits (896); numbers (896, 16) or null.
void eyelid_blazeface_run(void* session,
                          const std::uint8_t* pixels,
                          float* logits,
                          float* numbers) {
  auto& network = *static_cast<networks::BlazeFaceNetwork*>(session);
  const auto& scores = network.run({pixels, 128, 128, 128});
  std::memcpy(logits, scores.data(), sizeof scores);
  if (numbers != nullptr) network.all_box_numbers(std::span(numbers, 896 * 16));
}

/// Frame `index` of 64 spread over a rendered session into 640 x 480 bytes.
void eyelid_render(int index, std::uint8_t* pixels) {
  static const synthesis::SessionRenderer renderer(synthesis::SessionOptions{});
  GrayImage image;
  renderer.render(index * renderer.frame_count() / 64, image);
  for (int y = 0; y < 480; ++y) std::copy_n(image.row(y), 640, pixels + y * 640);
}

void* eyelid_frames_open(const char* detector,
                         const char* model,
                         const char* precision,
                         int landmarks,
                         int threads,
                         char* message) try {
  return new Frames(request_for(detector, model, precision, landmarks, threads));
} catch (const std::exception& error) {
  say(error, message);
  return nullptr;
}

/// `count` pictures one after the other in memory, with 64 readable bytes behind the last. `boxes`
/// receives x, y, width, height of each (zeros: no face), `fec` (null: detection only) its mean
/// closure or NaN.
void eyelid_frames_run(void* session,
                       const std::uint8_t* pixels,
                       int count,
                       int width,
                       int height,
                       float* boxes,
                       float* fec) {
  Frames& frames = *static_cast<Frames*>(session);
  frames.team.run(static_cast<std::size_t>(count), [&](int w, std::size_t i) {
    Worker& worker = *frames.workers[static_cast<std::size_t>(w)];
    const FrameView frame{
        pixels + i * static_cast<std::size_t>(width) * static_cast<std::size_t>(height),
        width,
        height,
        width};
    worker.measurer.detect(frame, worker.faces);
    const auto face = detection::nearest_or_largest(worker.faces, std::nullopt);
    const Rect box = face ? face->box : Rect{};
    const float numbers[] = {box.x, box.y, box.width, box.height};
    std::copy_n(numbers, 4, boxes + 4 * i);
    if (fec == nullptr) return;
    fec[i] = kNotAvailable;
    if (!face) return;
    const FrameMeasurement measured = worker.measurer.locate(frame, face);
    fec[i] = worker.closure.next(measured.ear).mean;
  });
}

void* eyelid_files_open(const char* detector,
                        const char* model,
                        const char* precision,
                        int landmarks,
                        int threads,
                        char* message) try {
  return new Files(
      pipeline::make_setup(request_for(detector, model, precision, landmarks, threads)));
} catch (const std::exception& error) {
  say(error, message);
  return nullptr;
}

/// The pictures of `folder`, to the end. `boxes` receives x, y, width, height of the first `most`
/// (zeros: no face). Returns how many there were, -1 when it failed.
int eyelid_files_run(void* session, const char* folder, float* boxes, int most, char* message) try {
  const auto source = video::open_source({folder});
  closure::CausalClosure closure{std::nullopt};
  int count = 0;
  static_cast<Files*>(session)->tracker->run(*source, [&](const FrameMeasurement& measurement) {
    closure.next(measurement.ear);
    if (count++ >= most) return;
    const Rect box = measurement.face ? measurement.face->box : Rect{};
    for (const float number : {box.x, box.y, box.width, box.height}) *boxes++ = number;
  });
  return count;
} catch (const std::exception& error) {
  say(error, message);
  return -1;
}

/// A random ensemble of the size of dlib's public predictors (15 x 500 trees of depth 4) as a .dat.
bool eyelid_write_random_dat(int points, const char* path, char* message) try {
  const landmarks::DlibReference reference(
      landmarks::random_shape_model({static_cast<std::size_t>(points), 4, 15, 500, 400}, 7));
  const std::string bytes = reference.serialized();
  std::ofstream file(path, std::ios::binary);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  return file.good();
} catch (const std::exception& error) {
  say(error, message);
  return false;
}

/// `leaves`: "f32", "f16" or "i16", as what our engine keeps them.
void* eyelid_ensemble_open(const char* path, const char* leaves, char* message) try {
  using landmarks::LeafType;
  return new Ensemble(path, named(leaves, {LeafType::F32, LeafType::F16, LeafType::I16}));
} catch (const std::exception& error) {
  say(error, message);
  return nullptr;
}

/// Box as dlib's: whole pixels, right and bottom belong to it. `points` receives x, y of each.
void eyelid_ensemble_run(void* session,
                         const std::uint8_t* pixels,
                         int width,
                         int height,
                         int left,
                         int top,
                         int side,
                         float* points) {
  Ensemble& ensemble = *static_cast<Ensemble*>(session);
  const auto region = landmarks::region_of_dlib_box(left, top, side, side);
  ensemble.model.predict(FrameView{pixels, width, height, width}, region, ensemble.points);
  for (std::size_t i = 0; i < ensemble.points.size(); ++i) {
    const Point point = region.image_from_normalized(ensemble.points[i]);
    points[2 * i] = point.x;
    points[2 * i + 1] = point.y;
  }
}

}  // extern "C"
