// SPDX-License-Identifier: MIT
#include "eyelid/gpu/gpu_face_detector.hpp"

#include <cstring>
#include <utility>

#include "eyelid/core/error.hpp"

namespace eyelid::gpu {
namespace {

class GpuFaceDetector final : public detection::FaceDetector {
 public:
  GpuFaceDetector(DeviceFactory factory, const MeasureOptions& options)
      : factory_(std::move(factory)), options_(options) {
    FrameDeviceOptions device;
    device.measure = options;
    device.measure.detect_every = 1;
    device.batch_frames = 1;
    device.slots = 1;
    device.wants_faces = device.wants_faces_only = true;
    device_ = factory_(device);
    chain_ = device_->make_chain();
  }

  std::string_view name() const override { return "blazeface"; }

  void detect(const FrameView& frame, std::vector<FaceBox>& faces) override {
    EYELID_EXPECTS(!frame.is_empty());
    if (frame.width != width_ || frame.height != height_) {
      width_ = 0;  // until it has succeeded
      device_->prepare(frame.width, frame.height);
      width_ = frame.width;
      height_ = frame.height;
    }
    put_frame(*device_, 0, 0, frame);
    device_->submit(0, 1, *chain_);
    const BatchResults results = device_->wait(0);
    faces.clear();
    for (int i = 0; i < results.face_counts[0]; i++) {
      faces.push_back(face_box(results.faces[static_cast<std::size_t>(i)]));
    }
  }

  std::unique_ptr<FaceDetector> clone() const override {
    return std::make_unique<GpuFaceDetector>(factory_, options_);
  }

 private:
  DeviceFactory factory_;
  MeasureOptions options_;
  std::unique_ptr<FrameDevice> device_;
  std::unique_ptr<SelectionChain> chain_;
  int width_ = 0;
  int height_ = 0;
};

}  // namespace

FaceBox face_box(const FaceRecord& record) {
  if (record.has_keypoints == 0) {
    return {{record.x, record.y, record.width, record.height}, record.score, std::nullopt};
  }
  FaceKeypoints keypoints;
  for (std::size_t i = 0; i < keypoints.size(); i++) {
    keypoints[i] = {record.keypoints[2 * i], record.keypoints[2 * i + 1]};
  }
  return {{record.x, record.y, record.width, record.height}, record.score, keypoints};
}

FaceRecord face_record(const FaceBox& face) {
  FaceRecord record{face.box.x, face.box.y, face.box.width, face.box.height, face.score, 0, {}};
  if (!face.keypoints) return record;
  record.has_keypoints = 1;
  for (std::size_t i = 0; i < face.keypoints->size(); i++) {
    record.keypoints[2 * i] = (*face.keypoints)[i].x;
    record.keypoints[2 * i + 1] = (*face.keypoints)[i].y;
  }
  return record;
}

landmarks::FacePoints face_points(const FrameRecord& record, std::span<const float> points) {
  landmarks::FacePoints result;
  for (std::size_t i = 0; i < 6; i++) {
    result.eyes.right[i] = {record.eyes[2 * i], record.eyes[2 * i + 1]};
    result.eyes.left[i] = {record.eyes[12 + 2 * i], record.eyes[13 + 2 * i]};
  }
  if (record.has_points != 0) {
    result.points.emplace();
    for (std::size_t i = 0; i < result.points->size(); i++) {
      (*result.points)[i] = {points[2 * i], points[2 * i + 1]};
    }
  }
  result.is_trustworthy = record.is_trustworthy != 0;
  return result;
}

void put_frame(FrameDevice& device, int slot, int i, const FrameView& frame) {
  std::uint8_t* target = device.frame(slot, i);
  const auto row_bytes = static_cast<std::ptrdiff_t>(device.row_bytes());
  for (int y = 0; y < frame.height; y++) {
    std::memcpy(target + y * row_bytes, frame.row(y), static_cast<std::size_t>(frame.width));
  }
}

std::unique_ptr<detection::FaceDetector> make_gpu_face_detector(DeviceFactory factory,
                                                                const MeasureOptions& options) {
  return std::make_unique<GpuFaceDetector>(std::move(factory), options);
}

}  // namespace eyelid::gpu
