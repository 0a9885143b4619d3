// SPDX-License-Identifier: MIT
#pragma once

#include <arv.h>

#include <memory>
#include <string>

namespace eyelid::camera {

struct UnrefObject {
  void operator()(void* object) const { g_object_unref(object); }
};
using ArvCameraPtr = std::unique_ptr<ArvCamera, UnrefObject>;
using ArvStreamPtr = std::unique_ptr<ArvStream, UnrefObject>;

/// The error of one call of Aravis: `ArvError error; call(..., error.out()); if (error) ...`
class ArvError {
 public:
  ArvError() = default;
  ~ArvError() { g_clear_error(&error_); }
  ArvError(const ArvError&) = delete;
  ArvError& operator=(const ArvError&) = delete;

  GError** out() {
    g_clear_error(&error_);
    return &error_;
  }
  explicit operator bool() const { return error_ != nullptr; }
  std::string text() const { return error_ == nullptr ? "" : error_->message; }

 private:
  GError* error_ = nullptr;
};

}  // namespace eyelid::camera
