// SPDX-License-Identifier: MIT
// A camera of the kernel's video interface for tests, where there is no driver: loaded before the C
// library (LD_PRELOAD, or linked), it plays the node named by EYELID_FAKE_V4L2.
//
//   EYELID_FAKE_V4L2="/dev/video42 formats=GREY@500+MJPG@120 lose_every=7 ..."
//
// The keys are those of FakeSettings. Every pixel of frame n is 16 + (n + x + 2 y) % 200, in every
// format.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdarg>
#include <cstdlib>
#include <cstring>

#include "fake_v4l2_device.hpp"

namespace {

using eyelid::testing::FakeDevice;
using eyelid::testing::next_in_line;

FakeDevice device;

// The description of the device, where `path` is its node.
const char* fake_at(const char* path) {
  const char* const text = std::getenv("EYELID_FAKE_V4L2");
  if (path == nullptr || text == nullptr) return nullptr;
  const std::size_t length = std::strcspn(text, " ");
  return std::strlen(path) == length && std::strncmp(path, text, length) == 0 ? text : nullptr;
}

int open_at(const char* name, const char* path, int flags, mode_t mode) {
  if (const char* const text = fake_at(path)) return device.open(text, flags);
  return next_in_line<int(const char*, int, ...)>(name)(path, flags, mode);
}

mode_t mode_behind(int flags, va_list list) {
  return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(list, mode_t) : 0;
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  va_list list;
  va_start(list, flags);
  const mode_t mode = mode_behind(flags, list);
  va_end(list);
  return open_at("open", path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  va_list list;
  va_start(list, flags);
  const mode_t mode = mode_behind(flags, list);
  va_end(list);
  return open_at("open64", path, flags, mode);
}

int ioctl(int descriptor, unsigned long request, ...) {
  va_list list;
  va_start(list, request);
  void* const argument = va_arg(list, void*);
  va_end(list);
  if (descriptor >= 0 && descriptor == device.descriptor())
    return device.control(request, argument);
  return next_in_line<int(int, unsigned long, ...)>("ioctl")(descriptor, request, argument);
}

void* mmap(void* place, size_t size, int protection, int flags, int descriptor, off_t offset) {
  if (descriptor >= 0 && descriptor == device.descriptor()) descriptor = device.memory();
  return next_in_line<void*(void*, size_t, int, int, int, off_t)>("mmap")(
      place, size, protection, flags, descriptor, offset);
}

int close(int descriptor) {
  if (descriptor >= 0 && descriptor == device.descriptor()) device.close();
  return next_in_line<int(int)>("close")(descriptor);
}

}  // extern "C"
