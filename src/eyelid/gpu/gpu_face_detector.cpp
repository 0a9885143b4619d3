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
      : factory_(std::move(factory)), options_(options), device_(factory_, options, true) {
    chain_ = device_->make_chain();
  }

  std::string_view name() const override { return "blazeface"; }

  void detect(const FrameView& frame, std::vector<FaceBox>& faces) override {
    device_.put(frame);
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
  OneFrameDevice device_;
  std::unique_ptr<SelectionChain> chain_;
};

}  // namespace

FaceBox face_box(const FaceRecord& record) {
  FaceBox face{record.box, record.score, std::nullopt};
  if (record.has_keypoints != 0) face.keypoints = record.keypoints;
  return face;
}

FaceRecord face_record(const FaceBox& face) {
  return {face.box, face.score, face.keypoints ? 1 : 0, face.keypoints.value_or(FaceKeypoints{})};
}

landmarks::FacePoints face_points(const FrameRecord& record, const FaceLandmarks* points) {
  landmarks::FacePoints result{record.eyes,
                               std::nullopt,
                               {record.trusted_eyes.right != 0, record.trusted_eyes.left != 0},
                               {record.doubted_eyes.right != 0, record.doubted_eyes.left != 0}};
  if (record.has_points != 0) result.points = *points;
  return result;
}

void put_frame(FrameDevice& device, int slot, int i, const FrameView& frame) {
  std::uint8_t* target = device.frame(slot, i);
  const auto row_bytes = static_cast<std::ptrdiff_t>(device.row_bytes());
  for (int y = 0; y < frame.height; y++) {
    std::memcpy(target + y * row_bytes, frame.row(y), static_cast<std::size_t>(frame.width));
  }
}

OneFrameDevice::OneFrameDevice(const DeviceFactory& make,
                               const MeasureOptions& measure,
                               bool faces_only) {
  FrameDeviceOptions options;
  options.measure = measure;
  options.measure.detect_every = 1;
  options.batch_frames = options.slots = 1;
  options.wants_faces = options.wants_faces_only = faces_only;
  device_ = make(options);
}

void OneFrameDevice::put(const FrameView& frame) {
  EYELID_EXPECTS(!frame.is_empty());
  if (frame.width != width_ || frame.height != height_) {
    width_ = 0;  // until it has succeeded
    device_->prepare(frame.width, frame.height);
    width_ = frame.width;
    height_ = frame.height;
  }
  put_frame(*device_, 0, 0, frame);
}

std::unique_ptr<detection::FaceDetector> make_gpu_face_detector(DeviceFactory factory,
                                                                const MeasureOptions& options) {
  return std::make_unique<GpuFaceDetector>(std::move(factory), options);
}

}  // namespace eyelid::gpu
