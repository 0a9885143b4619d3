// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "eyelid/gpu/device_models.hpp"
#include "eyelid/gpu/frame_plan.hpp"
#include "eyelid/gpu/frame_records.hpp"

namespace eyelid::gpu {

/// Where the time of a batch went on the device.
struct BatchTimes {
  double upload_ms = 0.0;
  double compute_ms = 0.0;
  double download_ms = 0.0;
};

/// What a batch came to; valid until its slot is submitted again.
struct BatchResults {
  std::span<const FrameRecord> records;       // unless faces only are wanted
  std::span<const std::int32_t> face_counts;  // where faces only are wanted
  std::span<const FaceRecord> faces;          // (frames, kMaxFaces); only when asked for
  std::span<const FaceLandmarks> points;      // only when asked for
  BatchTimes times;
};

/// The choice of the subject goes through all batches in order, whatever device they run on: the
/// state lies in memory that every device and the host can reach, and the next batch waits for the
/// event the last one left. Owned by a device, used by one BatchRunner.
class SelectionChain {
 public:
  virtual ~SelectionChain() = default;
  /// Forgets the subject: before a new recording. No batch may be in flight.
  virtual void reset() = 0;
};

/// One GPU that measures frames in batches, or a stand-in for it.
///
/// A **slot** is one batch on its way: page-locked memory for its frames, its results, a stream.
/// All memory is allocated by prepare(); submit() and wait() allocate nothing. Calls come from one
/// thread.
class FrameDevice {
 public:
  virtual ~FrameDevice() = default;
  virtual std::string_view name() const = 0;  // "cuda:0 NVIDIA H200"
  virtual int slot_count() const = 0;
  virtual int batch_frames() const = 0;  // most frames of a slot

  /// For frames of this size from now on. No slot may be in flight.
  virtual void prepare(int width, int height) = 0;
  /// Rows of `row_bytes()` of frame i of a slot: where the caller puts the pixels. The slot must
  /// not be in flight.
  virtual std::uint8_t* frame(int slot, int i) = 0;
  virtual int row_bytes() const = 0;

  virtual std::unique_ptr<SelectionChain> make_chain() = 0;
  /// Enqueues the first `frame_count` frames of a slot; does not wait. Batches of one chain must be
  /// submitted in the order of their frames. Throws DeviceError.
  virtual void submit(int slot, int frame_count, SelectionChain& chain) = 0;
  /// Waits for the slot. Throws DeviceError for whatever went wrong since it was submitted.
  virtual BatchResults wait(int slot) = 0;

  /// Landmarks alone: the first faces.size() frames of a slot, one given face on each, with or
  /// without keypoints. Waits. Only where detect_every is 1; the slot must not be in flight.
  virtual BatchResults locate(int slot, std::span<const FaceRecord> faces) = 0;

  /// The detector alone on `images` random inputs that lie on the device, `repeats` times: time of
  /// all, without transfers. images <= batch_frames(). Between batches only.
  virtual double network_ms(int images, int repeats) = 0;
};

struct FrameDeviceOptions {
  MeasureOptions measure;
  int batch_frames = 256;
  int slots = 3;                  // one is filled, one computes, one is read
  bool wants_faces = false;       // bring back all faces, not the subject alone
  bool wants_faces_only = false;  // no subject, no eyes: BatchResults::face_counts for records
  bool wants_times = false;       // time the parts of a batch: no graph is used then
};

/// The CUDA devices of this machine.
struct CudaDevices {
  std::vector<std::string> names;
  std::string why_none;  // a clause for messages; empty where there are devices
  std::string expected;  // what would change that: "a GPU and its driver, or device cpu"
};
CudaDevices find_cuda_devices();

/// Device `ordinal` of find_cuda_devices(). Throws DeviceError: absent, too old (compute capability
/// below 8.0), out of memory, or not part of this build.
std::unique_ptr<FrameDevice> make_cuda_device(int ordinal,
                                              std::shared_ptr<const DeviceModels> models,
                                              const FrameDeviceOptions& options);

}  // namespace eyelid::gpu
