// SPDX-License-Identifier: MIT
// The closure of a running camera, frame by frame.
#include <nanobind/stl/filesystem.h>
#include <nanobind/stl/optional.h>

#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "columns.hpp"
#include "eyelid/core/error.hpp"
#include "eyelid/core/stopwatch.hpp"
#include "eyelid/pipeline/live_tracker.hpp"
#include "eyelid/pipeline/setup.hpp"
#include "eyelid/tables/calibration_file.hpp"
#include "module.hpp"
#include "pictures.hpp"

namespace eyelid::python {
namespace {

/// Whether the bytes that the library may read behind the last pixel (core/image.hpp) can be read
/// without a copy: they lie on the page of the last pixel, and pages are readable as a whole.
bool has_readable_slack(const video::ArrayPicture& picture) {
#if defined(__SANITIZE_ADDRESS__)
  return false;  // which looks at bytes, not at pages
#else
  constexpr std::uintptr_t kPage_bytes = 4096;  // the smallest there is
  const auto last = reinterpret_cast<std::uintptr_t>(
      picture.pixels + (picture.height - 1) * picture.stride + picture.width - 1);
  return last / kPage_bytes == (last + kImageSlack) / kPage_bytes;
#endif
}

/// A gray picture through Python's buffer protocol: what nearly every camera hands out, and one
/// call where DLPack is many. Needs the interpreter's lock, to be destroyed too.
class GrayBuffer {
 public:
  explicit GrayBuffer(nb::handle object) {
    if (PyObject_GetBuffer(object.ptr(), &buffer_, PyBUF_FORMAT | PyBUF_STRIDES) == 0) {
      is_held_ = true;
    } else {
      PyErr_Clear();
    }
  }
  GrayBuffer(const GrayBuffer&) = delete;
  GrayBuffer& operator=(const GrayBuffer&) = delete;
  ~GrayBuffer() {
    if (is_held_) PyBuffer_Release(&buffer_);
  }

  /// None: no picture of bytes side by side.
  std::optional<video::ArrayPicture> picture() const {
    constexpr Py_ssize_t kLargest = std::numeric_limits<int>::max();
    if (!is_held_ || buffer_.ndim != 2 || buffer_.itemsize != 1 || buffer_.strides[1] != 1 ||
        (buffer_.format != nullptr && std::string_view(buffer_.format) != "B") ||
        buffer_.shape[0] > kLargest || buffer_.shape[1] > kLargest) {
      return std::nullopt;
    }
    video::ArrayPicture picture;
    picture.pixels = static_cast<const std::byte*>(buffer_.buf);
    picture.height = static_cast<int>(buffer_.shape[0]);
    picture.width = static_cast<int>(buffer_.shape[1]);
    picture.stride = buffer_.strides[0];
    video::check_size(picture, "frame");
    return picture;
  }

 private:
  Py_buffer buffer_{};
  bool is_held_ = false;
};

/// A named tuple of this type, without a detour through Python.
nb::object named_tuple(nb::handle type, const nb::tuple& values) {
  static const auto make = reinterpret_cast<newfunc>(
      PyType_GetSlot(&PyTuple_Type, Py_tp_new));  // NOLINT(*-reinterpret-cast)
  const nb::tuple arguments = nb::make_tuple(values);
  return nb::steal(make(reinterpret_cast<PyTypeObject*>(type.ptr()), arguments.ptr(), nullptr));
}

class FrameByFrame {
 public:
  FrameByFrame(const pipeline::SetupRequest& request,
               double frames_per_second,
               const std::filesystem::path& calibration_file,
               int used_bits,
               bool is_bgr,
               nb::type_object sample_type)
      : used_bits_(used_bits), is_bgr_(is_bgr), sample_type_(std::move(sample_type)) {
    pipeline::Setup setup = pipeline::make_setup(pipeline::for_one_subject(request));
    pipeline::resolve_detect_every(setup, frames_per_second);
    pipeline::LiveOptions options;
    options.points = setup.tracker.points;
    options.detect_every = setup.tracker.detect_every;
    options.frames_per_second = frames_per_second;
    if (!calibration_file.empty()) {
      options.calibration = tables::load_calibration(calibration_file);
    }
    tracker_.emplace(
        *setup.detector, setup.models, options, [this](const pipeline::LiveFrame& frame) {
          last_ = frame;
        });
  }

  /// `frame`: an array, or None.
  nb::object update(nb::handle frame, std::optional<double> time_s) {
    if (frame.is_none()) return measure({}, time_s);
    const GrayBuffer buffer(frame);
    if (const auto picture = buffer.picture()) return measure(*picture, time_s);
    AnyArray array;
    if (!nb::try_cast(frame, array)) {
      const nb::str type = nb::type_name(frame.type());
      throw nb::type_error(
          fmt::format("frame: {}, expected an array on the CPU, or None for a lost frame",
                      type.c_str())
              .c_str());
    }
    std::vector<std::byte> gathered;
    return measure(picture_of(array, is_bgr_, "frame", gathered), time_s);
  }

  /// All time within the library, for comparison with what a caller sees.
  double measuring_s() const {
    const std::lock_guard lock(mutex_);
    return measuring_s_;
  }

  /// x, y, width, height, and score of the subject's face; None without one.
  nb::object face() const {
    const std::lock_guard lock(mutex_);
    const std::optional<FaceBox>& face = last_.measured.face;
    if (!face) return nb::none();
    return nb::make_tuple(face->box.x, face->box.y, face->box.width, face->box.height, face->score);
  }

  /// (12 or 68, 2); None without a trusted eye.
  nb::object points() const {
    const std::lock_guard lock(mutex_);
    const FrameMeasurement& measured = last_.measured;
    if (!measured.is_trustworthy() || !measured.eyes) return nb::none();
    std::vector<float> points;
    const auto add = [&](Point point) { points.insert(points.end(), {point.x, point.y}); };
    if (measured.face_points) {
      for (const Point point : *measured.face_points) add(point);
    } else {
      for (std::size_t i = 0; i < 12; ++i) add(lid_point(*measured.eyes, i));
    }
    const std::size_t rows = points.size() / 2;
    return to_numpy<float>(std::move(points), {rows, 2});
  }

 private:
  nb::object measure(const video::ArrayPicture& picture, std::optional<double> time_s) {
    pipeline::LiveFrame now;
    {
      // The lock of the interpreter is not waited for with ours.
      const nb::gil_scoped_release unlocked;
      const std::lock_guard lock(mutex_);
      if (time_s) check_time(*time_s);
      const FrameView view = view_of(picture);
      const Stopwatch stopwatch;
      tracker_->process(0, next_, view, time_s);
      measuring_s_ += stopwatch.seconds();
      ++next_;
      if (time_s) last_time_s_ = time_s;
      now = last_;
    }
    const FrameMeasurement& measured = now.measured;
    return named_tuple(sample_type_,
                       nb::make_tuple(measured.frame,
                                      measured.time_s,
                                      measured.is_trustworthy(),
                                      measured.trusted_eyes.right,
                                      measured.trusted_eyes.left,
                                      measured.ear.right,
                                      measured.ear.left,
                                      now.fec.eyes.right,
                                      now.fec.eyes.left,
                                      now.fec.mean));
  }

  void check_time(double time_s) const {
    if (std::isfinite(time_s) && (!last_time_s_ || time_s > *last_time_s_)) return;
    throw InputError(last_time_s_
                         ? fmt::format("time {} s, expected one after the {} s of the frame before",
                                       time_s,
                                       *last_time_s_)
                         : fmt::format("time {} s, expected a finite one", time_s));
  }

  /// Empty for a lost frame.
  FrameView view_of(const video::ArrayPicture& picture) {
    if (picture.pixels == nullptr) return {};
    if (picture.order == video::SampleOrder::Gray && !picture.has_16_bits &&
        picture.stride >= picture.width && has_readable_slack(picture)) {
      return {reinterpret_cast<const std::uint8_t*>(picture.pixels),
              picture.width,
              picture.height,
              picture.stride};
    }
    reader_.read(picture, used_bits_, "frame", image_);
    return image_;
  }

  int used_bits_;
  bool is_bgr_;
  nb::type_object sample_type_;  // a named tuple
  mutable std::mutex mutex_;     // guards what follows
  std::optional<pipeline::LiveTracker> tracker_;
  pipeline::LiveFrame last_;
  std::int64_t next_ = 0;
  double measuring_s_ = 0.0;
  std::optional<double> last_time_s_;
  video::ArrayReader reader_;
  GrayImage image_;
};

}  // namespace

void add_tracker(nb::module_& module) {
  nb::class_<FrameByFrame>(module, "FrameByFrame")
      .def(nb::init<const pipeline::SetupRequest&,
                    double,
                    const std::filesystem::path&,
                    int,
                    bool,
                    nb::type_object>(),
           nb::arg("request"),
           nb::arg("frames_per_second"),
           nb::arg("calibration_file"),
           nb::arg("used_bits"),
           nb::arg("is_bgr"),
           nb::arg("sample_type"))
      .def("update", &FrameByFrame::update, nb::arg("frame").none(), nb::arg("time_s").none())
      .def_prop_ro("measuring_s", &FrameByFrame::measuring_s)
      .def_prop_ro("face", &FrameByFrame::face)
      .def_prop_ro("points", &FrameByFrame::points);
}

}  // namespace eyelid::python
