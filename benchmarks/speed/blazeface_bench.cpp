// SPDX-License-Identifier: MIT
// Time of BlazeFace front and of its parts on random weights, one thread, batch 1. `macs_of_peak`
// is the share of the multiply-add peak measured just before the case.
//
//   blazeface_bench --benchmark_repetitions=20 --benchmark_enable_random_interleaving=true
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <random>
#include <string>

#include "eyelid/compute/aligned_buffer.hpp"
#include "eyelid/compute/cpu_features.hpp"
#include "eyelid/core/error.hpp"
#include "eyelid/core/stopwatch.hpp"
#include "eyelid/detection/blazeface_face_detector.hpp"
#include "eyelid/frames/letterbox.hpp"
#include "eyelid/kernels/blazeface/blazeface_kernels.hpp"
#include "eyelid/kernels/peak_throughput/peak_throughput.hpp"

namespace eyelid {
namespace {

constexpr double kNetworkMacs = 24.54e6;  // gray stem, blocks and scores
constexpr double kBoxMacs = 1.31e6;       // 16 numbers at all 896 anchors

networks::BlazeFaceWeights random_weights() {
  std::mt19937 random(1);
  networks::BlazeFaceWeights weights;
  networks::for_each_convolution(
      weights, [&](const std::string&, auto& layer, const std::vector<std::size_t>& shape) {
        std::normal_distribution<float> weight(0.0f, 0.1f);
        layer.weights.resize(shape[0] * shape[1] * shape[2] * shape[3]);
        layer.bias.assign(shape[0], 0.0f);
        for (float& value : layer.weights) value = weight(random);
      });
  weights.scores_16.bias.assign(2, -1e6f);  // no candidates: the usual picture has few
  weights.scores_8.bias.assign(6, -1e6f);
  return weights;
}

/// Steps that keep most of the random network in range: its speed does not depend on them.
networks::BlazeFaceInt8Scales some_scales() {
  networks::BlazeFaceInt8Scales scales;
  networks::for_each_int8_scale(
      scales, [](const std::string&, std::vector<float>& steps, std::size_t count) {
        steps.assign(count, 0.02f);
      });
  return scales;
}

GrayImage random_frame(int width, int height) {
  std::mt19937 random(2);
  GrayImage frame(width, height);
  for (int y = 0; y < height; y++) {
    for (int x = 0; x < width; x++) frame.row(y)[x] = static_cast<std::uint8_t>(random());
  }
  return frame;
}

void report_share(benchmark::State& state, double macs, double peak_gmacs) {
  state.counters["macs_of_peak"] =
      benchmark::Counter(macs / (peak_gmacs * 1e9), benchmark::Counter::kIsIterationInvariantRate);
}

void network(benchmark::State& state, const kernels::BlazeFaceKernels& variant, bool all_boxes) {
  networks::BlazeFaceNetwork network(networks::pack_blazeface(random_weights()), variant);
  const GrayImage input = random_frame(128, 128);
  std::vector<float> numbers(896 * 16);
  const double peak = kernels::fma_peak_gmacs();
  for (auto _ : state) {
    benchmark::DoNotOptimize(network.run(input).data());
    if (all_boxes) network.all_box_numbers(numbers);
  }
  report_share(state, kNetworkMacs + (all_boxes ? kBoxMacs : 0.0), peak);
}

void network_in(benchmark::State& state, networks::Precision precision) {
  networks::BlazeFaceWeights weights = random_weights();
  weights.int8 = some_scales();
  networks::BlazeFaceNetwork network(networks::pack_blazeface(weights, precision));
  const GrayImage input = random_frame(128, 128);
  const double peak = kernels::fma_peak_gmacs();
  for (auto _ : state) benchmark::DoNotOptimize(network.run(input).data());
  report_share(state, kNetworkMacs, peak);
}

/// As between other engines: before every run something else has gone through `mebibytes` of
/// memory, a byte of every line, so that caches and address translations hold that.
void cold_network(benchmark::State& state, networks::Precision precision, int mebibytes) {
  networks::BlazeFaceWeights weights = random_weights();
  weights.int8 = some_scales();
  networks::BlazeFaceNetwork network(networks::pack_blazeface(weights, precision));
  const GrayImage input = random_frame(128, 128);
  std::vector<std::uint8_t> others(static_cast<std::size_t>(mebibytes) << 20, 1);
  const double peak = kernels::fma_peak_gmacs();
  double least = 1.0;
  for (auto _ : state) {
    for (std::size_t i = 0; i < others.size(); i += 64) others[i]++;
    benchmark::ClobberMemory();
    const Stopwatch stopwatch;
    benchmark::DoNotOptimize(network.run(input).data());
    const double seconds = stopwatch.seconds();
    state.SetIterationTime(seconds);
    least = std::min(least, seconds);
  }
  state.counters["min_us"] = least * 1e6;
  report_share(state, kNetworkMacs, peak);
}

void stem(benchmark::State& state, const kernels::BlazeFaceKernels& variant) {
  const GrayImage picture = random_frame(128, 144);
  compute::AlignedBuffer<float> weights(24 * 25), bias(24), output(64 * 24 * 64);
  compute::AlignedBuffer<float> workspace(kernels::kBlazeWorkspace);
  const kernels::BlazeStem stem{24, weights.data(), bias.data(), 0.01f, -1.0f};
  const double peak = kernels::fma_peak_gmacs();
  for (auto _ : state) {
    for (int y = 0; y < 64; y += kernels::kStripRows) {
      kernels::BlazeStemStrip strip{};
      for (int i = 0; i < 11; i++) strip.input[i] = picture.row(2 * y + i);
      for (int i = 0; i < kernels::kStripRows; i++)
        strip.output[i] = output.data() + (y + i) * 24 * 64;
      strip.width = 64;
      strip.workspace = workspace.data();
      variant.stem(stem, strip);
    }
  }
  report_share(state, 24 * 25 * 64 * 64, peak);
}

/// One block on a whole map, input and output in cache: where the time of the network goes.
void one_block(benchmark::State& state, const kernels::BlazeFaceKernels& variant, int index) {
  const networks::BlazeFaceBlockShape shape =
      networks::kBlazeFaceBlocks[static_cast<std::size_t>(index)];
  const int width = index < 2 ? 64 : index < 5 ? 32 : index < 11 ? 16 : 8;
  const int input_row = shape.inputs * width * shape.stride, output_row = shape.outputs * width;
  const auto floats = [](int count) {
    compute::AlignedBuffer<float> buffer(static_cast<std::size_t>(count) + 64);
    for (int i = 0; i < count; i++)
      buffer[static_cast<std::size_t>(i)] = 0.01f * static_cast<float>(i % 97);
    return buffer;
  };
  const auto depthwise = floats(9 * shape.inputs), depthwise_bias = floats(shape.inputs);
  const auto weights = floats(shape.inputs * shape.outputs), bias = floats(shape.outputs);
  auto input = floats((width * shape.stride + 2) * input_row + 32),
       output = floats(width * output_row);
  compute::AlignedBuffer<float> workspace(kernels::kBlazeWorkspace);
  const kernels::BlazeBlock block{shape.stride,
                                  depthwise.data(),
                                  depthwise_bias.data(),
                                  {shape.inputs, shape.outputs, weights.data(), bias.data()}};
  const double peak = kernels::fma_peak_gmacs();
  for (auto _ : state) {
    for (int y = 0; y < width; y += kernels::kStripRows) {
      kernels::BlazeStrip strip{};
      for (int i = 0; i < (shape.stride == 1 ? 6 : 9); i++) {
        strip.input[i] = input.data() + 16 + (y * shape.stride + i) * input_row;
      }
      for (int i = 0; i < kernels::kStripRows; i++)
        strip.output[i] = output.data() + (y + i) * output_row;
      strip.width = width;
      strip.workspace = workspace.data();
      variant.block(block, strip);
    }
  }
  report_share(state, shape.inputs * (shape.outputs + 9.0) * width * width, peak);
}

void letterbox(benchmark::State& state) {
  const GrayImage frame =
      random_frame(static_cast<int>(state.range(0)), static_cast<int>(state.range(1)));
  frames::Letterbox letterbox(128);
  for (auto _ : state) benchmark::DoNotOptimize(letterbox.fit(frame).row(0));
}
BENCHMARK(letterbox)->Args({640, 480})->Args({320, 240})->Args({1920, 1080});

void detector(benchmark::State& state) {
  const GrayImage frame = random_frame(640, 480);
  const auto detector = detection::make_blazeface_detector(random_weights());
  std::vector<FaceBox> faces;
  for (auto _ : state) detector->detect(frame, faces);
}
BENCHMARK(detector)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace eyelid

int main(int argument_count, char** arguments) {
  using namespace eyelid;
  for (const kernels::BlazeFaceKernels& variant : kernels::blazeface_kernels()) {
    if ((variant.needs & compute::cpu_features()) != variant.needs) continue;
    const std::string name = std::string("network/") + variant.isa;
    benchmark::RegisterBenchmark((name + "/scores").c_str(), network, variant, false)
        ->Unit(benchmark::kMicrosecond);
    benchmark::RegisterBenchmark((name + "/scores_and_all_boxes").c_str(), network, variant, true)
        ->Unit(benchmark::kMicrosecond);
    benchmark::RegisterBenchmark((std::string("stem/") + variant.isa).c_str(), stem, variant)
        ->Unit(benchmark::kMicrosecond);
    for (int i = 0; i < networks::kBlazeFaceBlockCount; i++) {
      const std::string block = std::string("block/") + variant.isa + "/" + std::to_string(i);
      benchmark::RegisterBenchmark(block.c_str(), one_block, variant, i)
          ->Unit(benchmark::kMicrosecond);
    }
  }
  using networks::Precision;
  for (const Precision precision : {Precision::F32, Precision::Bf16, Precision::Int8}) {
    try {
      networks::BlazeFaceWeights weights = random_weights();
      weights.int8 = some_scales();
      const networks::BlazeFaceNetwork network(networks::pack_blazeface(weights, precision));
      const std::string name = "precision/" + std::string(name_of(precision)) + "/" + network.isa();
      benchmark::RegisterBenchmark(name.c_str(), network_in, precision)
          ->Unit(benchmark::kMicrosecond);
      for (const int mebibytes :
           {8, 64}) {  // more than the second-level cache, more than the third
        const std::string cold =
            "cold/" + std::to_string(mebibytes) + "MiB/" + std::string(name_of(precision));
        benchmark::RegisterBenchmark(cold.c_str(), cold_network, precision, mebibytes)
            ->Unit(benchmark::kMicrosecond)
            ->UseManualTime()
            ->Iterations(200);
      }
    } catch (const DeviceError& absent) {
      std::fprintf(stderr, "skipped: %s\n", absent.what());
    }
  }
  benchmark::Initialize(&argument_count, arguments);
  if (benchmark::ReportUnrecognizedArguments(argument_count, arguments)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
