// SPDX-License-Identifier: MIT
#include "eyelid/camera/v4l2_buffers.hpp"

#include <linux/videodev2.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>

#include "eyelid/core/image.hpp"

namespace eyelid::camera {

V4l2Buffers::V4l2Buffers(const V4l2Device& device, unsigned count) : device_(device) {
  v4l2_requestbuffers request = {};
  request.count = count;
  request.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  request.memory = V4L2_MEMORY_MMAP;
  device.demand(VIDIOC_REQBUFS, &request, "asked for buffers");
  if (request.count == 0) device.refuse("asked for buffers", ENOMEM);
  mapped_.reserve(request.count);
  try {
    for (std::uint32_t i = 0; i < request.count; ++i) map(i);
  } catch (...) {
    unmap_all();
    throw;
  }
}

void V4l2Buffers::map(std::uint32_t index) {
  v4l2_buffer buffer = {};
  buffer.index = index;
  buffer.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  buffer.memory = V4L2_MEMORY_MMAP;
  device_.demand(VIDIOC_QUERYBUF, &buffer, "asked for a buffer");
  is_stamped_ = (buffer.flags & V4L2_BUF_FLAG_TIMESTAMP_MASK) == V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;

  // The buffer takes the front of a larger reservation, whose last page stays ours.
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  const std::size_t pages = (buffer.length + page - 1) / page * page;
  const std::size_t reserved = pages + (kImageSlack + page - 1) / page * page;
  void* const place = mmap(nullptr, reserved, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (place == MAP_FAILED) device_.refuse("reserving memory for a buffer", errno);
  mapped_.push_back({static_cast<std::uint8_t*>(place), buffer.length, reserved});
  if (mmap(place,
           buffer.length,
           PROT_READ,
           MAP_SHARED | MAP_FIXED,
           device_.descriptor(),
           static_cast<off_t>(buffer.m.offset)) == MAP_FAILED) {
    device_.refuse("mapping a buffer", errno);
  }
}

void V4l2Buffers::unmap_all() {
  for (const Mapped& buffer : mapped_) munmap(buffer.bytes, buffer.reserved);
  v4l2_requestbuffers none = {};
  none.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  none.memory = V4L2_MEMORY_MMAP;
  device_.call(VIDIOC_REQBUFS, &none);
}

V4l2Buffers::~V4l2Buffers() { unmap_all(); }

}  // namespace eyelid::camera
