// SPDX-License-Identifier: MIT
// The frames of a running camera, in order.
#include "eyelid/camera/camera.hpp"

#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/unique_ptr.h>
#include <nanobind/stl/vector.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "columns.hpp"
#include "eyelid/core/error.hpp"
#include "eyelid/live/camera_reader.hpp"
#include "eyelid/live/frame_pool.hpp"
#include "eyelid/live/mailbox.hpp"
#include "module.hpp"

namespace eyelid::python {
namespace {

using live::CameraReader;
using live::CapturedFramePtr;
using live::ReaderEnd;

/// A camera, the thread that takes its frames (live/camera_reader.hpp), and those that wait.
///
/// Threads: next() from one at a time; close() from any.
class CameraFeed {
 public:
  CameraFeed(std::string address,
             const camera::CameraSettings& settings,
             double frames_per_second,
             std::size_t most_waiting,
             std::unique_ptr<camera::Camera> camera)
      : address_(std::move(address)),
        info_(camera->info()),
        rate_(frames_per_second),
        pool_(most_waiting, info_.width, info_.height),
        reader_(std::move(camera),
                [this, settings] { return camera::open_camera(address_, settings); },
                rate_,
                pool_,
                {.on_frame = [this](CapturedFramePtr frame) { frames_.put(std::move(frame)); },
                 .on_lost = [](std::int64_t, bool) {},  // next() sees it in the numbers
                 .on_incomplete = [](std::int64_t) {},
                 .on_notice = [this](const std::string& sentence) { notice(sentence); }}) {}
  ~CameraFeed() {
    const nb::gil_scoped_release unlocked;
    close();
    if (reading_.joinable()) reading_.join();
  }

  /// The next frame, which is waited for: picture, number, s. Of a lost one: None, number, None.
  /// None: the camera has ended, or was closed.
  nb::object next() {
    // From now on frames wait; before, whoever wants them may take time to load models.
    if (!reading_.joinable()) reading_ = std::thread([this] { read(); });
    if (!following_) following_ = wait();
    if (!following_) return nb::none();
    const std::int64_t number = next_number_++;
    if (number < (*following_)->number) return nb::make_tuple(nb::none(), number, nb::none());
    const CapturedFramePtr frame = *std::exchange(following_, std::nullopt);
    const double time_s = static_cast<double>(frame->time_ns) * 1e-9;
    const GrayImage& image = frame->image;
    // Its memory goes back to the pool with the array.
    auto* owned = new CapturedFramePtr(frame);
    const nb::capsule owner(owned,
                            [](void* p) noexcept { delete static_cast<CapturedFramePtr*>(p); });
    const std::array<std::size_t, 2> shape = {static_cast<std::size_t>(image.height()),
                                              static_cast<std::size_t>(image.width())};
    const std::array<std::int64_t, 2> strides = {image.stride(), 1};
    return nb::make_tuple(nb::cast(nb::ndarray<nb::numpy, const std::uint8_t>(
                              image.row(0), 2, shape.data(), owner, strides.data())),
                          number,
                          time_s);
  }

  void close() {
    reader_.stop();
    frames_.close();
  }

  const camera::CameraInfo& info() const { return info_; }
  double rate() const { return rate_; }
  /// Sentences since the last call.
  std::vector<std::string> notices() {
    const std::lock_guard lock(mutex_);
    return std::exchange(notices_, {});
  }

 private:
  void read() {
    try {
      if (reader_.run() == ReaderEnd::CameraGone) is_gone_ = true;
    } catch (const Error& error) {
      notice(error.what());
      is_gone_ = true;
    }
    frames_.close();
  }

  void notice(const std::string& sentence) {
    const std::lock_guard lock(mutex_);
    notices_.push_back(sentence);
    last_notice_ = sentence;
  }

  /// Ctrl-C is looked for meanwhile.
  std::optional<CapturedFramePtr> wait() {
    using namespace std::chrono_literals;
    for (;;) {
      std::optional<CapturedFramePtr> frame;
      {
        const nb::gil_scoped_release unlocked;
        frame = frames_.take(50ms);
      }
      if (frame) return frame;
      if (PyErr_CheckSignals() != 0) throw nb::python_error();
      if (!frames_.is_drained()) continue;
      if (!is_gone_) return std::nullopt;
      const std::lock_guard lock(mutex_);
      throw DeviceError(last_notice_.empty() ? address_ + ": the camera is gone" : last_notice_);
    }
  }

  std::string address_;
  camera::CameraInfo info_;
  double rate_;  // frames/s
  live::FramePool pool_;
  live::Mailbox<CapturedFramePtr> frames_;
  std::mutex mutex_;  // guards the next two
  std::vector<std::string> notices_;
  std::string last_notice_;
  std::atomic<bool> is_gone_ = false;
  std::optional<CapturedFramePtr> following_;
  std::int64_t next_number_ = 0;
  CameraReader reader_;
  std::thread reading_;
};

std::unique_ptr<CameraFeed> open_camera(const std::string& address,
                                        std::optional<double> frames_per_second,
                                        std::optional<double> exposure_us,
                                        std::optional<double> gain,
                                        std::optional<nb::tuple> region,
                                        std::optional<int> packet_size,
                                        std::size_t most_waiting) {
  camera::CameraSettings settings{frames_per_second, exposure_us, gain, std::nullopt, packet_size};
  if (region) {
    settings.region = camera::Region{nb::cast<int>((*region)[0]),
                                     nb::cast<int>((*region)[1]),
                                     nb::cast<int>((*region)[2]),
                                     nb::cast<int>((*region)[3])};
  }
  const nb::gil_scoped_release unlocked;
  auto camera = camera::open_camera(address, settings);
  const double granted = camera->info().frames_per_second;
  const double rate = granted > 0.0 ? granted : frames_per_second.value_or(0.0);
  if (rate <= 0.0) throw InputError(address + ": does not say its frame rate, expected fps");
  return std::make_unique<CameraFeed>(address, settings, rate, most_waiting, std::move(camera));
}

}  // namespace

void add_camera(nb::module_& module) {
  nb::class_<camera::CameraInfo>(module, "CameraInfo")
      .def_ro("address", &camera::CameraInfo::address)
      .def_ro("name", &camera::CameraInfo::name)
      .def_ro("pixel_format", &camera::CameraInfo::pixel_format)
      .def_ro("width", &camera::CameraInfo::width)
      .def_ro("height", &camera::CameraInfo::height)
      .def_ro("frames_per_second", &camera::CameraInfo::frames_per_second)
      .def_ro("exposure_us", &camera::CameraInfo::exposure_us)
      .def_ro("gain", &camera::CameraInfo::gain)
      .def_ro("clock", &camera::CameraInfo::clock)
      .def_ro("warnings", &camera::CameraInfo::warnings);
  nb::class_<CameraFeed>(module, "CameraFeed")
      .def("next", &CameraFeed::next)
      .def("close", &CameraFeed::close)
      .def("notices", &CameraFeed::notices)
      .def_prop_ro("rate", &CameraFeed::rate)
      .def_prop_ro("info", &CameraFeed::info, nb::rv_policy::reference_internal);
  module.def("open_camera",
             &open_camera,
             nb::arg("address"),
             nb::arg("frames_per_second").none(),
             nb::arg("exposure_us").none(),
             nb::arg("gain").none(),
             nb::arg("region").none(),
             nb::arg("packet_size").none(),
             nb::arg("most_waiting"));
}

}  // namespace eyelid::python
