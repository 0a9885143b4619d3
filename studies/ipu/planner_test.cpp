// SPDX-License-Identifier: MIT
#include "studies/ipu/planner.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "shared_data.hpp"
#include "studies/ipu/training_step.hpp"

namespace eyelid::ipu {
namespace {

Convolution pointwise() {
  Convolution c;
  c.batch = 4;
  c.field = {28, 28};
  c.inputs = 64;
  c.outputs = 128;
  return c;
}

/// Multiply-adds whose operands are neither padding nor a zero of the dilation.
double useful_multiply_adds(const Convolution& c) {
  double count = 1.0 * c.batch * c.groups * c.inputs * c.outputs;
  for (std::size_t d = 0; d < 2; d++) {
    int pairs = 0;
    for (int y = 0; y < c.output_size(static_cast<int>(d)); y++) {
      for (int k = 0; k < c.kernel[d]; k++) {
        const int position = y * c.stride[d] + k * c.kernel_dilation[d] - c.padding_lower[d];
        const bool is_inside = position >= 0 && position % c.input_dilation[d] == 0 &&
                               position / c.input_dilation[d] < c.field[d];
        pairs += is_inside ? 1 : 0;
      }
    }
    count *= pairs;
  }
  return count;
}

TEST(Convolution, TheThreePassesOfALayerMultiplyEquallyOften) {
  for (const int stride : {1, 2}) {
    ConvolutionLayer layer;
    layer.forward = pointwise();
    layer.forward.kernel = {3, 3};
    layer.forward.stride = {stride, stride};
    layer.forward.padding_lower = {1, 1};
    layer.forward.padding_upper = {1, 1};
    const double forward = useful_multiply_adds(layer.forward);
    EXPECT_EQ(layer.backward().output_size(0), 28) << "the gradient is as large as the input";
    EXPECT_EQ(layer.weight_update().output_size(1), 3) << "... and as the kernel";
    EXPECT_DOUBLE_EQ(useful_multiply_adds(layer.backward()), forward);
    EXPECT_DOUBLE_EQ(useful_multiply_adds(layer.weight_update()), forward);
  }
}

TEST(VertexCost, PointwiseOnTheMatrixUnitByHand) {
  // 12 positions for 6 workers, 16 -> 8 channels, half precision: a worker's 2 positions take
  // 40 + 2 - 10 = 32 cycles; six workers 192, 14 more as all are equally busy. Around it: 50, the
  // retained state 6 * 10, loops 12 + 11 + 19 + 7, weights 8 * 32 B / 8 B = 32.
  const Chip mk1 = chip("mk1");
  Convolution c;
  c.field = {1, 12};
  c.inputs = 16;
  c.outputs = 8;
  const TileWork work{1, 1, 16, 8, {1, 12}, {1, 1}};
  const Vertex vertex{Method::Amp, 1, 16, 8, 8};
  EXPECT_DOUBLE_EQ(*vertex_cycles(mk1, Precision::F16, vertex, c, work),
                   50 + 60 + 12 + 11 + 19 + 7 + 32 + 192 + 14);
}

TEST(VertexCost, LongRowsCostTheLoopOfTheMatrixUnit) {
  // 6 workers, 4 cycles per position in half and 8 in single precision, per group of channels.
  const Chip mk1 = chip("mk1");
  Convolution c;
  c.field = {1, 6000};
  const auto cycles = [&](Precision precision, int positions) {
    const int inputs = mk1.weights_per_conv_unit(precision);
    const TileWork work{1, 1, inputs, 8, {1, positions}, {1, 1}};
    return *vertex_cycles(mk1, precision, {Method::Amp, 1, inputs, 8, 8}, c, work);
  };
  EXPECT_DOUBLE_EQ(cycles(Precision::F16, 12000) - cycles(Precision::F16, 6000), 6 * 1000 * 4);
  EXPECT_DOUBLE_EQ(cycles(Precision::F32, 12000) - cycles(Precision::F32, 6000),
                   6 * 1000 * (8 + 4));  // zeroing 4
}

TEST(VertexCost, ReductionsHaveOneTwoOrThreeStages) {
  EXPECT_TRUE(reduction_stages(1).empty());
  EXPECT_EQ(reduction_stages(15), std::vector<int>({15}));
  EXPECT_EQ(reduction_stages(16).size(), 2u);
  EXPECT_EQ(reduction_stages(125).size(), 3u);
  for (int depth = 2; depth < 1500; depth++) {
    int product = 1;
    for (const int factor : reduction_stages(depth)) product *= factor;
    ASSERT_GE(product, depth);
  }
}

TEST(Planner, CutsCoverTheWorkAndStayOnTheChip) {
  for (const Precision precision : {Precision::F16, Precision::F32}) {
    for (const char* name : {"mk1", "mk2", "bow"}) {
      PlanRequest request;
      request.convolution = pointwise();
      request.precision = precision;
      const Plan plan = plan_convolution(chip(name), request);
      EXPECT_LE(plan.tiles, chip(name).tiles);
      EXPECT_GT(plan.tiles, chip(name).tiles / 2) << "most of the chip has work";
      EXPECT_TRUE(plan.fits_memory);
      EXPECT_NEAR(sum_of(plan.phases).total(), plan.cycles, 1e-6 * plan.cycles);
      const double peak = plan.vertex.peak_multiply_adds(chip(name), precision) * chip(name).tiles;
      EXPECT_GT(plan.cycles, useful_multiply_adds(request.convolution) / peak)
          << "not faster than the matrix units";
    }
  }
}

TEST(Planner, FewerTilesTakeLonger) {
  PlanRequest request;
  request.convolution = pointwise();
  double before = 0.0;
  for (const int tiles : {1216, 600, 200, 50}) {
    request.tiles = tiles;
    const Plan plan = plan_convolution(chip("mk1"), request);
    EXPECT_LE(plan.tiles, tiles);
    EXPECT_GT(plan.cycles, before);
    before = plan.cycles;
  }
}

TEST(Planner, WhatFitsNowhereIsPlannedAndCalledOutOfMemory) {
  PlanRequest request;
  request.convolution = pointwise();
  request.convolution.field = {512, 512};
  request.tiles = 4;
  EXPECT_FALSE(plan_convolution(chip("mk1"), request).fits_memory);
}

TEST(TrainingStep, NineteenLayersAreWithinAQuarterOfPoplarsModelOnAverage) {
  EYELID_SHARED_OR_SKIP(path, "data/ipu_model/mobilenet_layers.csv");
  for (const char* name : {"mk1", "mk2"}) {
    double logarithms = 0.0;
    int layers = 0, within = 0;
    for (const ReferenceLayer& row : read_reference_layers(path)) {
      const TrainingStep step = plan_training_step(chip(name), row.layer, Precision::F16);
      const double reference = std::string(name) == "mk1" ? row.mk1_cycles : row.mk2_cycles;
      const double ratio = step.cycles / reference;
      logarithms += std::log(ratio);
      layers++;
      within += ratio < 1.5 && ratio > 1 / 1.5 ? 1 : 0;
    }
    EXPECT_EQ(layers, 19);
    EXPECT_GE(within, 15) << name;
    EXPECT_GT(std::exp(logarithms / layers), 0.8) << name;
    EXPECT_LT(std::exp(logarithms / layers), 1.25) << name;
  }
}

}  // namespace
}  // namespace eyelid::ipu
