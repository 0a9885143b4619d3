// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstring>

#include "apps/command_line/options.hpp"
#include "eyelid/core/error.hpp"
#include "eyelid/detection/box_decoding.hpp"
#include "eyelid/landmarks/shape_model_file.hpp"
#include "eyelid/model_files/embedded_models.hpp"
#include "eyelid/networks/blazeface_weights.hpp"
#include "studies/speed/bench_gpu.hpp"

// Everything that benchmarks/gpu.sh runs on a GPU, in one program that needs neither decoders nor
// dlib, so that it can be carried to a bare machine:
//   gpu_check test [GTEST_OPTIONS]                      parity of CPU and GPU, kernels on the GPU
//   gpu_check detector|latency|pipeline [OPTIONS]       the tables of `eyelid bench --device cuda`
//   gpu_check device                                    the name of the first GPU, or why there is
//   none
namespace eyelid::speed {
namespace {

landmarks::ShapeModelDescription shape(const char* name) {
  return landmarks::load_shape_model(model_files::embedded_model(name), name);
}

/// What pipeline::make_setup makes of a request for the GPU with the embedded models.
pipeline::Setup gpu_setup(compute::Precision precision) {
  const gpu::CudaDevices found = gpu::find_cuda_devices();
  if (found.names.empty()) {
    throw DeviceError(found.why_none + "; expected " + found.expected);
  }
  pipeline::GpuSetup chosen;
  chosen.models = std::make_shared<const gpu::DeviceModels>(
      networks::embedded_blazeface(),
      networks::embedded_point_network(networks::kEyeFinder),
      networks::embedded_point_network(networks::kLidFinder),
      shape("landmarks_22.safetensors"),
      shape("landmarks_6.safetensors"),
      shape("landmarks_68.safetensors"),
      shape("eye_presence.safetensors"));
  chosen.measure.precision = precision;
  chosen.measure.logit_threshold = detection::logit_of(0.5f);
  chosen.devices = found.names;
  chosen.batch_frames = pipeline::kGpuBatchFrames;
  pipeline::Setup setup;
  setup.device = "cuda:0 " + found.names[0];
  setup.gpu = std::move(chosen);
  return setup;
}

int measure(int argc, char** argv) {
  CLI::App app("The tables of `eyelid bench --device cuda` on the first GPU.", "gpu_check");
  BenchRequest request;
  request.setup.device = pipeline::DeviceChoice::Cuda;
  std::string table;
  app.add_option("table", table)
      ->required()
      ->check(CLI::IsMember({"detector", "latency", "pipeline"}));
  using compute::Precision;
  app::add_choice(app,
                  "--precision",
                  request.setup.precision,
                  {{"f32", Precision::F32}, {"f16", Precision::F16}},
                  "Precision of the network");
  app.add_option("--batches", request.batches);
  app.add_option("--images", request.images)->check(CLI::Range(20, 100000000));
  app.add_option("--seconds", request.gpu_seconds, "Per row, at least");
  app.add_option("--json", request.outputs.json);
  CLI11_PARSE(app, argc, argv);
  const pipeline::Setup setup = gpu_setup(precision_of(request.setup));
  const auto run = table == "detector"  ? bench_gpu_detector
                   : table == "latency" ? bench_gpu_latency
                                        : bench_gpu_pipeline;
  run(request, setup, rendered_frames());
  return 0;
}

int run(int argc, char** argv) {
  if (argc > 1 && std::strcmp(argv[1], "test") == 0) {
    ::testing::InitGoogleTest(&argc, argv);
    return RUN_ALL_TESTS();
  }
  if (argc > 1 && std::strcmp(argv[1], "device") == 0) {
    const gpu::CudaDevices found = gpu::find_cuda_devices();
    std::printf("%s\n", found.names.empty() ? found.why_none.c_str() : found.names[0].c_str());
    return found.names.empty() ? 1 : 0;
  }
  return measure(argc, argv);
}

}  // namespace
}  // namespace eyelid::speed

int main(int argc, char** argv) {
  try {
    return eyelid::speed::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "gpu_check: %s\n", error.what());
    return 1;
  }
}
