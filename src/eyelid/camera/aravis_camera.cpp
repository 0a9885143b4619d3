// SPDX-License-Identifier: MIT
#include <arv.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sched.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <utility>
#include <vector>

#include "eyelid/camera/aravis_handles.hpp"
#include "eyelid/camera/aravis_settings.hpp"
#include "eyelid/camera/aravis_support.hpp"
#include "eyelid/camera/camera_kinds.hpp"
#include "eyelid/camera/frame_number.hpp"
#include "eyelid/core/error.hpp"
#include "eyelid/core/monotonic_clock.hpp"

namespace eyelid::camera {
namespace {

constexpr int kStreamBuffers = 64;
// Aravis notices a lost camera after five seconds. A running camera that sent nothing for this long
// is gone; a busy computer rarely sleeps as long.
constexpr std::int64_t kSilence_ns = 500'000'000;
constexpr std::int64_t kShortSilence_ns = 50'000'000;
constexpr double kSilentPeriods = 10.0;
// Only the leader of a frame carries its id. Without, Aravis leaves that of the frame that was in
// the buffer before.
constexpr guint64 kNoId = ~guint64{0};
constexpr std::uint64_t kNotStamped = kNoId - 1;

/// Behind each buffer of Aravis. Written by its stream thread.
struct BufferStamp {
  std::atomic<std::uint64_t> id = kNotStamped;
  std::atomic<std::int64_t> arrival_ns = 0;
};

/// What Aravis holds of a camera.
struct CameraLink {
  // The buffers outlive the stream, which hands back what it holds when it goes.
  std::vector<std::vector<std::uint8_t>> memory;
  std::vector<BufferStamp> stamps = std::vector<BufferStamp>(kStreamBuffers);
  ArvCameraPtr camera;
  ArvStreamPtr stream;
};

// Aravis asks a camera to let go, and waits 10 s for the answer of one that is not there. Nobody
// else waits for it, not even the end of the program: there is nothing to write or to release then.
void close_in_background(CameraLink link) {
  std::thread([gone = std::move(link)]() mutable {
    gone.stream.reset();
    gone.camera.reset();
  }).detach();
}

class AravisCamera final : public Camera {
 public:
  AravisCamera(const std::string& id, const CameraSettings& asked);
  ~AravisCamera() override;

  const CameraInfo& info() const override { return info_; }
  void start() override;
  Arrival next(CameraFrame& frame, std::chrono::milliseconds timeout) override;
  void release() override;
  std::string driver_statistics() const override;

 private:
  void open(const std::string& wanted);
  void create_stream();
  void give_back(ArvBuffer* buffer);
  bool is_silent(std::int64_t least_ns) const;
  bool hand_over(ArvBuffer* buffer, CameraFrame& frame);
  std::int64_t stamp_expected(std::uint64_t number) const;
  FrameView picture_in(ArvBuffer* buffer);

  CameraInfo info_;
  std::atomic<bool> is_lost_ = false;  // by the heartbeat's thread
  std::optional<GrayReader> reader_;
  CameraLink link_;
  BlockNumber numbers_;
  ArvBuffer* held_ = nullptr;
  bool is_running_ = false;
  bool is_gone_ = false;
  std::int64_t latest_ns_ = 0;  // when the latest frame was taken
  std::uint64_t latest_number_ = 0;
  std::int64_t latest_exposure_ns_ = 0;
};

BufferStamp& stamp_of(ArvBuffer* buffer) {
  return *static_cast<BufferStamp*>(const_cast<void*>(arv_buffer_get_user_data(buffer)));
}

void on_stream_event(void*, ArvStreamCallbackType type, ArvBuffer* buffer) {
  if (type == ARV_STREAM_CALLBACK_TYPE_INIT) {
    // Packets that wait are lost soon. Without the right to it the thread stays as it is.
    sched_param priority = {};
    priority.sched_priority = 12;
    sched_setscheduler(0, SCHED_FIFO, &priority);
  } else if (type == ARV_STREAM_CALLBACK_TYPE_BUFFER_DONE && buffer != nullptr) {
    BufferStamp& stamp = stamp_of(buffer);
    stamp.arrival_ns = monotonic_ns();
    stamp.id = arv_buffer_get_frame_id(buffer);
  }
}

void on_control_lost(ArvDevice*, std::atomic<bool>* is_lost) { *is_lost = true; }

std::string text_or(const char* text, const char* otherwise) {
  return text == nullptr || *text == '\0' ? otherwise : text;
}

std::vector<std::string> ids_found() {
  arv_update_device_list();
  std::vector<std::string> ids;
  for (unsigned i = 0; i < arv_get_n_devices(); ++i)
    ids.push_back(text_or(arv_get_device_id(i), ""));
  return ids;
}

[[noreturn]] void refuse_id(const std::string& id, const std::string& found) {
  const std::vector<std::string> ids = ids_found();
  throw InputError(fmt::format("aravis:{}: {}, expected {}",
                               id,
                               found,
                               ids.empty()
                                   ? "a GigE or USB3 Vision camera that is on and free"
                                   : fmt::format("a free one of {}", fmt::join(ids, ", "))));
}

AravisCamera::AravisCamera(const std::string& id, const CameraSettings& asked) {
  open(id);
  // A program that was killed may have left it running, and a running camera takes no settings.
  arv_camera_stop_acquisition(link_.camera.get(), nullptr);
  const PixelLayout layout = set_aravis_camera(link_.camera.get(), asked, info_);
  reader_.emplace(layout, info_.width, info_.height);
  create_stream();
  info_.clock = "device";
}

void AravisCamera::open(const std::string& wanted) {
  std::string id = wanted;
  if (id.empty()) {
    const std::vector<std::string> ids = ids_found();
    if (ids.empty()) refuse_id(id, "no camera found");
    id = ids.front();
  }
  ArvError error;
  link_.camera.reset(arv_camera_new(id.c_str(), error.out()));
  if (!link_.camera) refuse_id(id, error ? error.text() : "no such camera");
  info_.address = "aravis:" + id;
  info_.name =
      fmt::format("{} {} ({})",
                  text_or(arv_camera_get_vendor_name(link_.camera.get(), nullptr), "unknown"),
                  text_or(arv_camera_get_model_name(link_.camera.get(), nullptr), "camera"),
                  id);
}

void AravisCamera::create_stream() {
  if (arv_camera_is_gv_device(link_.camera.get())) {
    // The packet socket hands frames over every 5 ms, in pairs, 3 ms late.
    arv_camera_gv_set_stream_options(link_.camera.get(),
                                     ARV_GV_STREAM_OPTION_PACKET_SOCKET_DISABLED);
  }
  ArvError error;
  const guint payload = arv_camera_get_payload(link_.camera.get(), error.out());
  if (!error) {
    link_.stream.reset(
        arv_camera_create_stream(link_.camera.get(), on_stream_event, nullptr, error.out()));
  }
  if (!link_.stream) {
    throw InputError(fmt::format(
        "{}: no stream ({}), expected a camera that is free", info_.address, error.text()));
  }
  if (ARV_IS_GV_STREAM(link_.stream.get())) {
    g_object_set(link_.stream.get(),
                 "socket-buffer",
                 ARV_GV_STREAM_SOCKET_BUFFER_FIXED,
                 "socket-buffer-size",
                 32 << 20,
                 nullptr);
  }
  link_.memory.reserve(kStreamBuffers);
  for (BufferStamp& stamp : link_.stamps) {
    link_.memory.emplace_back(payload + kImageSlack);
    give_back(arv_buffer_new_full(payload, link_.memory.back().data(), &stamp, nullptr));
  }
  g_signal_connect(arv_camera_get_device(link_.camera.get()),
                   "control-lost",
                   G_CALLBACK(on_control_lost),
                   &is_lost_);
}

AravisCamera::~AravisCamera() {
  g_signal_handlers_disconnect_by_data(arv_camera_get_device(link_.camera.get()), &is_lost_);
  // Each call to a camera that is not there takes seconds, and the next to open it stops it anyway.
  const bool answers = !is_gone_ && !is_lost_ && !is_silent(kShortSilence_ns);
  if (held_ != nullptr) give_back(held_);
  if (!answers) {
    close_in_background(std::move(link_));
  } else if (is_running_) {
    arv_camera_stop_acquisition(link_.camera.get(), nullptr);
  }
}

void AravisCamera::give_back(ArvBuffer* buffer) {
  stamp_of(buffer).id = kNotStamped;
  arv_buffer_set_frame_id(buffer, kNoId);
  arv_stream_push_buffer(link_.stream.get(), buffer);
}

void AravisCamera::start() {
  EYELID_EXPECTS(!is_running_);
  ArvError error;
  arv_camera_start_acquisition(link_.camera.get(), error.out());
  if (error) {
    throw InputError(fmt::format(
        "{}: does not start ({}), expected a camera that is free", info_.address, error.text()));
  }
  is_running_ = true;
  latest_ns_ = monotonic_ns();
}

// Nothing came for `least_ns` and ten periods.
bool AravisCamera::is_silent(std::int64_t least_ns) const {
  if (!numbers_.has_begun() || info_.frames_per_second <= 0.0)
    return false;  // triggered from outside
  const auto periods = static_cast<std::int64_t>(kSilentPeriods * 1e9 / info_.frames_per_second);
  return monotonic_ns() - latest_ns_ > std::max(least_ns, periods);
}

Arrival AravisCamera::next(CameraFrame& frame, std::chrono::milliseconds timeout) {
  EYELID_EXPECTS(is_running_ && held_ == nullptr);
  const std::int64_t deadline = monotonic_ns() + std::chrono::nanoseconds(timeout).count();
  while (!is_gone_) {
    const std::int64_t left_ns = std::max<std::int64_t>(deadline - monotonic_ns(), 0);
    ArvBuffer* const buffer =
        arv_stream_timeout_pop_buffer(link_.stream.get(), static_cast<guint64>(left_ns / 1000));
    if (buffer == nullptr) {
      is_gone_ = is_lost_ || is_silent(kSilence_ns);
      return is_gone_ ? Arrival::Gone : Arrival::Timeout;
    }
    if (hand_over(buffer, frame)) return Arrival::Frame;
    give_back(buffer);
  }
  return Arrival::Gone;
}

// False for a buffer that holds no frame.
bool AravisCamera::hand_over(ArvBuffer* buffer, CameraFrame& frame) {
  const std::int64_t popped_ns = monotonic_ns();
  const std::uint64_t id = arv_buffer_get_frame_id(buffer);
  const ArvBufferStatus status = arv_buffer_get_status(buffer);
  if (status == ARV_BUFFER_STATUS_ABORTED || (id == kNoId && !numbers_.has_begun())) return false;
  latest_ns_ = popped_ns;
  held_ = buffer;
  frame.number = id == kNoId ? numbers_.guessed() : numbers_.unwrapped(id);
  // Aravis hands a buffer over just before it calls back.
  const BufferStamp& stamp = stamp_of(buffer);
  frame.arrival_ns = stamp.id == id ? stamp.arrival_ns.load() : popped_ns;
  frame.exposure_ns = id == kNoId ? stamp_expected(frame.number)
                                  : static_cast<std::int64_t>(arv_buffer_get_timestamp(buffer));
  latest_number_ = frame.number;
  latest_exposure_ns_ = frame.exposure_ns;
  frame.picture = status == ARV_BUFFER_STATUS_SUCCESS ? picture_in(buffer) : FrameView{};
  return true;
}

// The leader also carries the stamp.
std::int64_t AravisCamera::stamp_expected(std::uint64_t number) const {
  const double period_ns = info_.frames_per_second > 0.0 ? 1e9 / info_.frames_per_second : 0.0;
  const auto steps = static_cast<double>(static_cast<std::int64_t>(number - latest_number_));
  return latest_exposure_ns_ + static_cast<std::int64_t>(steps * period_ns);
}

FrameView AravisCamera::picture_in(ArvBuffer* buffer) {
  if (arv_buffer_get_image_width(buffer) != info_.width ||
      arv_buffer_get_image_height(buffer) != info_.height) {
    return {};
  }
  std::size_t size = 0;
  const auto* const bytes =
      static_cast<const std::uint8_t*>(arv_buffer_get_image_data(buffer, &size));
  gint padding = 0;
  arv_buffer_get_image_padding(buffer, &padding, nullptr);
  const auto bits = ARV_PIXEL_FORMAT_BIT_PER_PIXEL(arv_buffer_get_image_pixel_format(buffer));
  const std::ptrdiff_t stride = std::ptrdiff_t{info_.width} * static_cast<int>(bits) / 8 + padding;
  return reader_->read({bytes, size, stride});
}

void AravisCamera::release() {
  EYELID_EXPECTS(held_ != nullptr);
  give_back(held_);
  held_ = nullptr;
}

std::string AravisCamera::driver_statistics() const {
  guint64 complete = 0;
  guint64 incomplete = 0;
  guint64 underruns = 0;
  arv_stream_get_statistics(link_.stream.get(), &complete, &incomplete, &underruns);
  return fmt::format("{} frames complete, {} incomplete, {} times without a free buffer",
                     complete,
                     incomplete,
                     underruns);
}

}  // namespace

bool is_built_with_aravis() { return true; }

std::unique_ptr<Camera> open_aravis(const std::string& id, const CameraSettings& settings) {
  return std::make_unique<AravisCamera>(id, settings);
}

std::vector<FoundCamera> list_aravis() {
  arv_update_device_list();
  std::vector<FoundCamera> found;
  for (unsigned i = 0; i < arv_get_n_devices(); ++i) {
    found.push_back({"aravis:" + text_or(arv_get_device_id(i), ""),
                     fmt::format("{} {} ({})",
                                 text_or(arv_get_device_vendor(i), "unknown"),
                                 text_or(arv_get_device_model(i), "camera"),
                                 text_or(arv_get_device_serial_nbr(i), "no serial number")),
                     fmt::format("{} at {}",
                                 text_or(arv_get_device_protocol(i), "GenICam"),
                                 text_or(arv_get_device_address(i), "an unknown place"))});
  }
  return found;
}

}  // namespace eyelid::camera
