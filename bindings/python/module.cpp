// SPDX-License-Identifier: MIT
#include "module.hpp"

#include <tbb/global_control.h>

#include <memory>

#include "eyelid/core/version.hpp"
#include "job.hpp"

namespace {

namespace nb = nanobind;

// Threads of TBB do not survive a fork, and the child would wait for them: they end before one, and
// new ones start when they are needed.
std::unique_ptr<tbb::task_scheduler_handle>& threads_of_tbb() {
  static auto handle = std::make_unique<tbb::task_scheduler_handle>(tbb::attach{});
  return handle;
}

void prepare_fork() {
  // A fork amid a job would wait for its end; its child must not track.
  if (eyelid::python::is_job_running()) return;
  tbb::finalize(*threads_of_tbb(), std::nothrow);
  threads_of_tbb() = std::make_unique<tbb::task_scheduler_handle>(tbb::attach{});
}

}  // namespace

NB_MODULE(_native, module) {
  using namespace eyelid::python;
  module.doc() = "The C++ part of eyelid; use the package eyelid.";
  module.attr("version") = eyelid::kVersion;
  module.def("prepare_fork", &prepare_fork, nb::call_guard<nb::gil_scoped_release>());
  add_errors(module);
  add_requests(module);
  add_recordings(module);
  add_tracker(module);
  add_camera(module);
  add_faces(module);
  add_scoring(module);
  add_synthesis(module);
}
