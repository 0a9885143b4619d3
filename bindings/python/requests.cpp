// SPDX-License-Identifier: MIT
// The requests of the library as Python objects, member by member.
#include <nanobind/ndarray.h>
#include <nanobind/stl/array.h>
#include <nanobind/stl/filesystem.h>
#include <nanobind/stl/map.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <array>

#include "eyelid/pipeline/export_session.hpp"
#include "eyelid/pipeline/score_session.hpp"
#include "eyelid/pipeline/setup.hpp"
#include "eyelid/pipeline/track_session.hpp"
#include "eyelid/pipeline/trial_pictures.hpp"
#include "eyelid/synthesis/session_renderer.hpp"
#include "module.hpp"

namespace eyelid::python {
namespace {

using Box = std::optional<std::array<float, 4>>;

std::optional<Rect> rect_of(const Box& box) {
  if (!box) return std::nullopt;
  return Rect{(*box)[0], (*box)[1], (*box)[2], (*box)[3]};
}

Box box_of(const std::optional<Rect>& rect) {
  if (!rect) return std::nullopt;
  return std::array{rect->x, rect->y, rect->width, rect->height};
}

void add_setup_request(nb::module_& module) {
  using pipeline::SetupRequest;
  nb::enum_<pipeline::DetectorKind>(module, "Detector")
      .value("blazeface", pipeline::DetectorKind::BlazeFace)
      .value("hog", pipeline::DetectorKind::Hog)
      .value("mtcnn", pipeline::DetectorKind::Mtcnn);
  nb::enum_<pipeline::DeviceChoice>(module, "Device")
      .value("auto", pipeline::DeviceChoice::Auto)
      .value("cpu", pipeline::DeviceChoice::Cpu)
      .value("cuda", pipeline::DeviceChoice::Cuda);
  nb::enum_<compute::Precision>(module, "Precision")
      .value("f32", compute::Precision::F32)
      .value("f16", compute::Precision::F16)
      .value("bf16", compute::Precision::Bf16)
      .value("int8", compute::Precision::Int8);
  nb::enum_<Eye>(module, "Eye").value("right", Eye::Right).value("left", Eye::Left);
  nb::class_<SetupRequest>(module, "SetupRequest")
      .def(nb::init<>())
      .def_rw("detector", &SetupRequest::detector)
      .def_rw("detector_model", &SetupRequest::detector_model)
      .def_rw("landmark_models", &SetupRequest::landmark_models)
      .def_rw("device", &SetupRequest::device)
      .def_rw("precision", &SetupRequest::precision)
      .def_rw("threads", &SetupRequest::threads)
      .def_rw("batch", &SetupRequest::batch)
      .def_rw("detect_every", &SetupRequest::detect_every)
      .def_rw("upsampling", &SetupRequest::upsampling)
      .def_rw("score_threshold", &SetupRequest::score_threshold)
      .def_prop_rw(
          "has_68_points",
          [](const SetupRequest& self) {
            return self.landmarks == landmarks::PointCount::SixtyEight;
          },
          [](SetupRequest& self, bool value) {
            self.landmarks =
                value ? landmarks::PointCount::SixtyEight : landmarks::PointCount::Twelve;
          })
      .def_prop_rw(
          "face_box",
          [](const SetupRequest& self) { return box_of(self.face_box); },
          [](SetupRequest& self, const Box& box) { self.face_box = rect_of(box); },
          nb::arg("box").none())
      .def_prop_rw(
          "eye_box",
          [](const SetupRequest& self) { return box_of(self.eye_box); },
          [](SetupRequest& self, const Box& box) { self.eye_box = rect_of(box); },
          nb::arg("box").none());
}

void add_conditions(nb::module_& module) {
  nb::class_<Calibration>(module, "Conditions")
      .def(nb::init<>())
      .def_rw("subject", &Calibration::subject)
      .def_rw("glasses", &Calibration::glasses)
      .def_rw("camera", &Calibration::camera)
      .def_rw("distance", &Calibration::distance);
}

void add_track_request(nb::module_& module) {
  using pipeline::TrackRequest;
  using Times = nb::ndarray<const double, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
  nb::class_<video::SourceOptions>(module, "SourceOptions")
      .def_rw("frames_per_second", &video::SourceOptions::frames_per_second)
      .def_rw("bits", &video::SourceOptions::bits)
      .def_rw("stream", &video::SourceOptions::stream)
      .def(
          "set_times",
          [](video::SourceOptions& self, const Times& times) {
            self.stamps = {{times.data(), times.data() + times.size()}, "given times"};
          },
          nb::arg("times"));
  nb::class_<TrackRequest>(module, "TrackRequest")
      .def(nb::init<>())
      .def_rw("inputs", &TrackRequest::inputs)
      .def_rw("folder", &TrackRequest::folder)
      .def_rw("setup", &TrackRequest::setup)
      .def_rw("source", &TrackRequest::source)
      .def_rw("timestamps_file", &TrackRequest::timestamps_file)
      .def_rw("calibration_file", &TrackRequest::calibration_file)
      .def_rw("conditions", &TrackRequest::conditions)
      .def_rw("eye", &TrackRequest::eye)
      .def_rw("save_landmarks", &TrackRequest::save_landmarks)
      .def_rw("write_overlay", &TrackRequest::write_overlay)
      .def_rw("write_report", &TrackRequest::write_report)
      .def_rw("trials_file", &TrackRequest::trials_file)
      .def_rw("truth_file", &TrackRequest::truth_file)
      .def_rw("title", &TrackRequest::title);
}

void add_score_request(nb::module_& module) {
  using pipeline::ScoreRequest;
  nb::enum_<pipeline::PictureChoice>(module, "Pictures")
      .value("auto", pipeline::PictureChoice::Auto)
      .value("always", pipeline::PictureChoice::Always)
      .value("never", pipeline::PictureChoice::Never);
  nb::class_<pipeline::ExportDetails>(module, "ExportDetails")
      .def(nb::init<>())
      .def_rw("formats", &pipeline::ExportDetails::formats)
      .def_rw("start_time", &pipeline::ExportDetails::start_time)
      .def_rw("species", &pipeline::ExportDetails::species)
      .def_rw("sex", &pipeline::ExportDetails::sex)
      .def_rw("age", &pipeline::ExportDetails::age);
  nb::class_<imports::TraceOptions>(module, "TraceOptions")
      .def_rw("columns", &imports::TraceOptions::columns)
      .def_rw("frames_per_second", &imports::TraceOptions::frames_per_second)
      .def_rw("lid_points", &imports::TraceOptions::lid_points);
  nb::class_<ScoreRequest>(module, "ScoreRequest")
      .def(nb::init<>())
      .def_rw("folder", &ScoreRequest::folder)
      .def_rw("trace_file", &ScoreRequest::trace_file)
      .def_rw("trace", &ScoreRequest::trace)
      .def(
          "set_opening_levels",
          [](ScoreRequest& self, double open, double closed) {
            self.opening_levels = pipeline::OpeningLevels{open, closed};
          },
          nb::arg("open"),
          nb::arg("closed"))
      .def_rw("trials_file", &ScoreRequest::trials_file)
      .def_rw("labels_file", &ScoreRequest::labels_file)
      .def_rw("events_file", &ScoreRequest::events_file)
      .def_rw("events_offset_s", &ScoreRequest::events_offset_s)
      .def_rw("sync_region", &ScoreRequest::sync_region)
      .def_rw("preset", &ScoreRequest::preset)
      .def_rw("settings", &ScoreRequest::settings)
      .def_rw("calibration_file", &ScoreRequest::calibration_file)
      .def_rw("calibrate_from_trials", &ScoreRequest::calibrate_from_trials)
      .def_rw("conditions", &ScoreRequest::conditions)
      .def_rw("phase", &ScoreRequest::phase)
      .def_rw("group", &ScoreRequest::group)
      .def_rw("session", &ScoreRequest::session);
}

void add_session_options(nb::module_& module) {
  using synthesis::SessionOptions;
  nb::class_<SessionOptions>(module, "SessionOptions")
      .def(nb::init<>())
      .def_rw("seed", &SessionOptions::seed)
      .def_rw("seconds", &SessionOptions::seconds)
      .def_rw("trials", &SessionOptions::trials)
      .def_rw("frames_per_second", &SessionOptions::frames_per_second)
      .def_rw("isi_s", &SessionOptions::isi_s)
      .def_rw("width", &SessionOptions::width)
      .def_rw("height", &SessionOptions::height)
      .def_rw("with_pose", &SessionOptions::with_pose)
      .def_rw("with_flicker", &SessionOptions::with_flicker)
      .def_rw("with_noise", &SessionOptions::with_noise)
      .def_rw("with_glasses", &SessionOptions::with_glasses);
}

}  // namespace

void add_requests(nb::module_& module) {
  add_setup_request(module);
  add_conditions(module);
  add_track_request(module);
  add_score_request(module);
  add_session_options(module);
}

}  // namespace eyelid::python
