// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "eyelid/core/image.hpp"

/// One door for every running camera: GenICam (GigE and USB3 Vision, by Aravis), V4L2, a film that
/// arrives by the clock, a rendered session.
namespace eyelid::camera {

/// A part of the sensor, in pixels.
struct Region {
  int x = 0;
  int y = 0;
  int width = 0;
  int height = 0;
};

/// What a camera is asked for; nothing asked leaves it as it is.
struct CameraSettings {
  std::optional<double> frames_per_second;
  std::optional<double> exposure_us;
  std::optional<double> gain;  // in the camera's own unit
  std::optional<Region> region;
  std::optional<int> packet_size;  // bytes, of GigE Vision
};

/// What the camera said after it was set.
struct CameraInfo {
  std::string address;  // "v4l2:/dev/video0": what opens it again
  std::string name;     // vendor, model, serial number
  std::string pixel_format;
  int width = 0;
  int height = 0;
  double frames_per_second = 0.0;  // it will deliver, as read back; 0: it does not say
  std::optional<double> exposure_us;
  std::optional<double> gain;
  std::optional<int> packet_size;
  std::string clock;  // behind exposure_ns: "device", "system (driver)", "schedule"
  /// Sentences for the user: what was asked and not granted, with both values.
  std::vector<std::string> warnings;
};

/// One frame as the camera hands it over.
struct CameraFrame {
  /// Gray; belongs to the camera until release(). Empty: the frame is known to exist, but came
  /// incomplete.
  FrameView picture;
  /// The camera's own count, without wrap. The first may be any; a step over 1 is a loss. An
  /// incomplete frame may come late, with a number below the latest.
  std::uint64_t number = 0;
  /// Of the clock that CameraInfo names; only differences count. That of an incomplete frame may be
  /// an estimate.
  std::int64_t exposure_ns = 0;
  std::int64_t arrival_ns = 0;  // CLOCK_MONOTONIC when the last byte was here
};

enum class Arrival { Frame, Timeout, Gone };

/// A camera that was found and set, not yet running.
///
/// Threads: all calls from one thread at a time. Errors: InputError with one sentence (what was
/// asked, what the camera said). next() and release() allocate nothing once running.
class Camera {
 public:
  virtual ~Camera() = default;
  virtual const CameraInfo& info() const = 0;
  virtual void start() = 0;
  /// Waits for the next frame. Gone: the camera was unplugged, or what it plays has ended
  /// (has_ended()); it stays so. Timeout may come early, after a signal. Interfaces tell an
  /// unplugged camera at their own pace (V4L2 at once, Aravis after 0.5 s without frames): who must
  /// know sooner counts the time since the last frame. Give each frame back before the next call.
  virtual Arrival next(CameraFrame& frame, std::chrono::milliseconds timeout) = 0;
  /// Gives back the buffer of the latest frame.
  virtual void release() = 0;
  /// A film or session that played to its end: no fault.
  virtual bool has_ended() const { return false; }
  /// Frames that the driver reports lost or incomplete besides those that next() hands over; for
  /// the session's record.
  virtual std::string driver_statistics() const { return {}; }
};

/// Opens and sets a camera.
///
///   aravis:ID            the GenICam camera of that id; of the first found without ID
///   v4l2:/dev/videoN     a camera of the kernel
///   paced:FILE[@FPS]     a film or picture folder, over and over, each frame when it is due (@FPS:
///                        at another rate than its own); up to 1 GiB of it is decoded here
///   synthetic:SEED[@FPS] 4 s of a rendered person (eyelid synthesize), over and over, 640x480, 500
///                        frames/s; they are rendered here, which takes seconds
///
/// The last two have 64 buffers, as cameras have: frames nobody took in time are lost. Behind them,
/// ?lamp=udp:PORT paints a lamp in the top left corner that is on for 60 ms after each event that
/// an output sends to that port (SimulatedLamp).
///
/// Throws InputError: an unknown kind (the kinds are listed), no such camera, busy, no rights, no
/// gray or YUV format, or a kind that this build lacks.
std::unique_ptr<Camera> open_camera(const std::string& address, const CameraSettings& settings);

/// A camera that is there.
struct FoundCamera {
  std::string address;
  std::string name;
  std::string formats;  // sizes, pixel formats and rates, as far as it says without being opened
};
/// All that the interfaces of this build can see. Cameras that cannot be asked are left out.
std::vector<FoundCamera> list_cameras();

}  // namespace eyelid::camera
