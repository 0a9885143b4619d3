// SPDX-License-Identifier: MIT
// Rendered sessions with known closure.
#include <nanobind/stl/filesystem.h>

#include <cstdint>
#include <vector>

#include "columns.hpp"
#include "eyelid/compute/machine.hpp"
#include "eyelid/pipeline/render_session.hpp"
#include "eyelid/synthesis/session_renderer.hpp"
#include "job.hpp"
#include "module.hpp"

namespace eyelid::python {
namespace {

void render(const synthesis::SessionOptions& options,
            const std::filesystem::path& folder,
            const nb::object& on_progress) {
  run_job(on_progress, [&](JobState& state) {
    pipeline::render_session(
        options, folder, compute::hardware_threads(), [&](std::int64_t done, std::int64_t total) {
          state.report("rendering", done, total);
        });
  });
}

}  // namespace

void add_synthesis(nb::module_& module) {
  module.def(
      "render", &render, nb::arg("options"), nb::arg("folder"), nb::arg("on_progress").none());
}

}  // namespace eyelid::python
