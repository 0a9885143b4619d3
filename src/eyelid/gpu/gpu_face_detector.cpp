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
    device.batch_frames = 1;
    device.slots = 1;
    device.wants_faces = true;
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
    for (int y = 0; y < frame.height; y++) {
      std::memcpy(device_->frame(0, 0) + static_cast<std::ptrdiff_t>(y) * device_->row_bytes(),
                  frame.row(y),
                  static_cast<std::size_t>(frame.width));
    }
    device_->submit(0, 1, *chain_);
    const BatchResults results = device_->wait(0);
    faces.clear();
    for (int i = 0; i < results.records[0].face_count; i++) {
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
  FaceKeypoints keypoints;
  for (std::size_t i = 0; i < keypoints.size(); i++) {
    keypoints[i] = {record.keypoints[2 * i], record.keypoints[2 * i + 1]};
  }
  return {{record.x, record.y, record.width, record.height}, record.score, keypoints};
}

std::unique_ptr<detection::FaceDetector> make_gpu_face_detector(DeviceFactory factory,
                                                                const MeasureOptions& options) {
  return std::make_unique<GpuFaceDetector>(std::move(factory), options);
}

}  // namespace eyelid::gpu
